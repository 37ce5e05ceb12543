import { createHash } from 'node:crypto';
import type { Refusal, UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import type { Content } from './content.js';
import type { Sameness } from './identity.js';

export type KeptInput = Readonly<{ sha256: string; size: number; door: string; name: string; format: string; receivedAt: UtcInstant }>;
export type Accepted = Readonly<{
  /** The input that it came in with. */ sha256: string;
  eventId: string;
  identity: string;
  coarse: readonly string[];
  mayBeCoarse: boolean;
  content: string;
  contract: string;
  place: string;
  from: number;
  length: number;
  recordedAt: UtcInstant;
  conflict: boolean;
}>;
/** Where an event came from: the door, the input and the place in it. */
export type Origin = Readonly<{
  eventId: string;
  contract: string;
  door: string;
  name: string;
  place: string;
  sha256: string;
  from: number;
  length: number;
}>;
/** Contents with their event ids, by the identity under which they were accepted. */
type Contents = Map<string, Map<string, string>>;
const put = (contents: Contents, name: string, content: string, event: string): void =>
  void contents.set(name, (contents.get(name) ?? new Map<string, string>()).set(content, event));
/** What was odd about a record that was accepted all the same. */
export type Note = Readonly<{ place: string; note: string }>;

/** A value of PostgreSQL holds 1 GB; a part that one figure is traced to should not take that long. */
const PART_BYTES = 1_000_000;

/** The bytes that came in, and which events they became. Every method takes the transaction it runs in. */
export class KeptInputs {
  /** Writes the bytes, part by part, each in the transaction that `write` opens. Parts already there are passed over. */
  async keepBytes({ sha256, open }: Content, write: (work: (tx: Tx) => Promise<void>) => Promise<void>): Promise<void> {
    let held: Buffer[] = [];
    let [size, from] = [0, 0];
    const flush = async (): Promise<void> => {
      const bytes = held.length === 1 ? held[0] : Buffer.concat(held);
      const at = from;
      await write(
        async (tx) =>
          void (await tx.query('insert into intake.input_part (sha256, "from", bytes) values ($1, $2, $3) on conflict do nothing', [
            sha256,
            at,
            bytes,
          ])),
      );
      from += size;
      [held, size] = [[], 0];
    };
    for await (const chunk of open())
      // Parts are cut at the same bytes whatever the chunks: the same input again finds the same parts.
      for (let at = 0; at < chunk.length;) {
        const piece = chunk.subarray(at, at + PART_BYTES - size);
        held.push(piece);
        size += piece.length;
        at += piece.length;
        if (size === PART_BYTES) await flush();
      }
    if (size > 0) await flush();
  }

  async knows(tx: Tx, sha256: string): Promise<boolean> {
    return ((await tx.query('select 1 from intake.input where sha256 = $1', [sha256])) as unknown[]).length > 0;
  }

  async keepInput(tx: Tx, { sha256, size, door, name, format, receivedAt }: KeptInput): Promise<void> {
    await tx.query(
      'insert into intake.input (sha256, size, door, name, format, received_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
      [sha256, size, door, clean(name), format, receivedAt],
    );
  }

  /** Small inputs, whole, in one go: as many as came in together. */
  async keepSmall(tx: Tx, inputs: readonly (KeptInput & Readonly<{ bytes: Buffer }>)[]): Promise<void> {
    await tx.query(
      `insert into intake.input_part (sha256, "from", bytes) select sha256, 0, bytes from unnest($1::text[], $2::bytea[]) as t(sha256, bytes) where length(bytes) > 0 order by sha256 on conflict do nothing`,
      [inputs.map(({ sha256 }) => sha256), inputs.map(({ bytes }) => bytes)],
    );
    await tx.query(
      `insert into intake.input (sha256, size, door, name, format, received_at)
       select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) as t(sha256, size, door, name, format, received_at) order by sha256 on conflict do nothing`,
      [
        inputs.map(({ sha256 }) => sha256),
        inputs.map(({ size }) => size),
        inputs.map(({ door }) => door),
        inputs.map(({ name }) => clean(name)),
        inputs.map(({ format }) => format),
        inputs.map(({ receivedAt }) => receivedAt),
      ],
    );
  }

  /** Contents already accepted under identities, each with its event id. */
  async contentsOf(tx: Tx, identities: readonly string[]): Promise<Contents> {
    const rows = (await tx.query(
      `select event_id, identity, content from intake.accepted where event_id = any($1)
       union all select event_id, identity, content from intake.accepted where conflict and identity = any($1)`,
      [[...new Set(identities)]],
    )) as { event_id: string; identity: string; content: string }[];
    const contents: Contents = new Map();
    for (const { event_id, identity, content } of rows) put(contents, identity, content, event_id);
    return contents;
  }

  /** The same for facts that were published with fewer or with more decimals. `finer` is by what they would be with fewer. */
  async roundingsOf(tx: Tx, asked: readonly Sameness[]): Promise<Readonly<{ coarser: Contents; finer: Contents }>> {
    const [coarser, finer]: [Contents, Contents] = [new Map(), new Map()];
    const names = [...new Set(asked.flatMap(({ coarse }) => coarse))];
    if (names.length > 0) {
      const rows = (await tx.query('select event_id, identity, content from intake.accepted where may_be_coarse and event_id = any($1)', [
        names,
      ])) as { event_id: string; identity: string; content: string }[];
      for (const { event_id, identity, content } of rows) put(coarser, identity, content, event_id);
    }
    const hashes = new Map(asked.filter(({ mayBeCoarse }) => mayBeCoarse).map(({ identity }) => [hashOf(identity), identity]));
    if (hashes.size > 0) {
      const rows = (await tx.query(
        `select event_id, content, coarse::text from intake.accepted where coarse is not null and coarse && $1::uuid[]`,
        [[...hashes.keys()]],
      )) as { event_id: string; content: string; coarse: string }[];
      for (const { event_id, content, coarse } of rows)
        for (const hash of coarse.replace(/[{}]/g, '').split(','))
          if (hashes.has(hash)) put(finer, hashes.get(hash) as string, content, event_id);
    }
    return { coarser, finer };
  }

  /** @returns the event ids that are now ours; the others were claimed by someone else meanwhile */
  async claim(tx: Tx, rows: readonly Accepted[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const claimed = (await tx.query(
      `insert into intake.accepted (event_id, identity, content, contract, sha256, place, "from", length, recorded_at, conflict, coarse, may_be_coarse)
       select event_id, identity, content, contract, sha256, place, "from", length, recorded_at, conflict, string_to_array(coarse, ',')::uuid[], may_be_coarse
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::timestamptz[], $10::boolean[], $11::text[], $12::boolean[])
         as t(sha256, event_id, identity, content, contract, place, "from", length, recorded_at, conflict, coarse, may_be_coarse)
       order by event_id on conflict do nothing returning event_id`,
      [
        rows.map((row) => row.sha256),
        rows.map((row) => row.eventId),
        rows.map((row) => row.identity),
        rows.map((row) => row.content),
        rows.map((row) => row.contract),
        rows.map((row) => row.place),
        rows.map((row) => row.from),
        rows.map((row) => row.length),
        rows.map((row) => row.recordedAt),
        rows.map((row) => row.conflict),
        rows.map(({ coarse }) => (coarse.length === 0 ? null : coarse.map(hashOf).join(','))),
        rows.map(({ mayBeCoarse }) => mayBeCoarse),
      ],
    )) as { event_id: string }[];
    return new Set(claimed.map(({ event_id }) => event_id));
  }

  async keepRefusals(tx: Tx, sha256: string, at: UtcInstant, refusals: readonly Refusal[]): Promise<void> {
    if (refusals.length === 0) return;
    await tx.query(
      `insert into intake.refusal (sha256, place, reason, expected, at) select $1, place, reason, expected, $2 from unnest($3::text[], $4::text[], $5::text[]) as t(place, reason, expected) on conflict do nothing`,
      [
        sha256,
        at,
        refusals.map(({ place }) => clean(place)),
        refusals.map(({ reason }) => clean(reason)),
        refusals.map(({ expected }) => clean(expected)),
      ],
    );
  }

  async keepNotes(tx: Tx, sha256: string, notes: readonly Note[]): Promise<void> {
    if (notes.length === 0) return;
    await tx.query(
      'insert into intake.note (sha256, place, note) select $1, place, note from unnest($2::text[], $3::text[]) as t(place, note) on conflict do nothing',
      [sha256, notes.map(({ place }) => clean(place)), notes.map(({ note }) => clean(note))],
    );
  }

  /** @returns where each event came from; events that did not come in from outside are missing */
  async originsOf(tx: Tx, eventIds: readonly string[]): Promise<readonly Origin[]> {
    const rows = (await tx.query(
      `select a.event_id, a.contract, i.door, i.name, a.place, a.sha256, a."from", a.length from intake.accepted a join intake.input i using (sha256) where a.event_id = any($1)`,
      [eventIds],
    )) as (Omit<Origin, 'eventId'> & { event_id: string })[];
    return rows.map(({ event_id, ...row }) => ({ eventId: event_id, ...row }));
  }

  /** The bytes of one record, out of the input that held it. */
  async bytesOf(tx: Tx, { sha256, from, length }: Pick<Origin, 'sha256' | 'from' | 'length'>): Promise<Buffer> {
    const rows = (await tx.query(
      `select substring(bytes from greatest($2 - "from", 0)::int + 1 for ($2 + $3 - greatest("from", $2))::int) as bytes
       from intake.input_part where sha256 = $1 and "from" < $2 + $3 and "from" > $2 - $4 order by "from"`,
      [sha256, from, length, PART_BYTES],
    )) as { bytes: Buffer }[];
    return Buffer.concat(rows.map(({ bytes }) => bytes)).subarray(0, length);
  }
}

/** Short enough to be indexed for every pixel. */
const hashOf = (name: string): string =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** What could not be read may hold a NUL or half a surrogate pair, which PostgreSQL cannot; the bytes themselves are kept whole beside it. */
const clean = (text: string): string => Buffer.from(text.replaceAll('\u0000', '␀')).toString().slice(0, 2_000);
