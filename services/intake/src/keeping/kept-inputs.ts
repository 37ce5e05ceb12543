import { createHash } from 'node:crypto';
import type { ObservedEvent, Refusal, UtcInstant } from '@fengsui/contracts';
import { insertReturning, insertRows, one, rows, run, type Db, type Tx } from '@fengsui/database';
import { Injectable } from '@nestjs/common';
import {
  AcceptedRow,
  InputPartRow,
  InputRow,
  NoteRow,
  RefusalRow,
  type SourceSeenRow,
  type UnknownRow,
} from '../tables/tables.js';
import { PersonKeys } from '../persons/person-keys.js';
import { Unreadable } from '../readers/reader.js';
import type { Payload } from './payload.js';
import type { Sameness } from '../accepting/identity.js';

export type KeptInput = Readonly<{
  sha256: string;
  size: number;
  door: string;
  name: string;
  format: string;
  receivedAt: UtcInstant;
  /** As its source says; null: it does not. */ publishedAt?: UtcInstant | null;
  /** Key under which its bytes are sealed; null: as they came. */ sealedUnder?: string | null;
}>;
/** Format of an input that nothing read when it came in. */
export const UNREAD = 'unrecognised';

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
  /** Key under which the input is sealed; null: it names nobody. */ sealedUnder: string | null;
}>;
/** Contents with their event ids, by the identity under which they were accepted. */
export type Contents = Map<string, Map<string, string>>;
const put = (contents: Contents, name: string, content: string, event: string): void =>
  void contents.set(name, (contents.get(name) ?? new Map<string, string>()).set(content, event));
/** What was odd about a record that was accepted all the same. */
export type Note = Readonly<{ place: string; note: string }>;

/** What came in under a name that the plan does not know. */
export type Unknown = Readonly<{
  kind: 'station' | 'sender' | 'place';
  name: string;
  /** How many records, if more than one. */ records?: number;
}>;

/** A value of PostgreSQL holds 1 GB; a part that one figure is traced to should not take that long. */
const PART_BYTES = 1_000_000;

/** The bytes that came in, and which events they became. Every method takes the transaction it runs in. */
@Injectable()
export class KeptInputs {
  /** @param keys what may name persons is sealed with; without them with keys that end with this process */
  constructor(private readonly keys = new PersonKeys(null)) {}

  /**
   * Writes the bytes, part by part, each in the transaction that `write` opens. Parts already there are passed over.
   * @param under the key with which they are sealed; null: they name nobody
   */
  async keepBytes(
    { sha256, open }: Payload,
    under: string | null,
    write: (work: (tx: Tx) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    let held: Buffer[] = [];
    let [size, from] = [0, 0];
    const flush = async (): Promise<void> => {
      const bytes = this.sealed(under, held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held));
      const at = from;
      await write(async (tx) => void (await insertRows(tx, InputPartRow, [{ sha256, from: at, bytes }], 'nothing')));
      from += size;
      [held, size] = [[], 0];
    };
    for await (const chunk of open())
      // Parts are cut at the same bytes whatever the chunks: the same input again finds the same parts.
      for (let at = 0; at < chunk.length;) {
        const segment = chunk.subarray(at, at + PART_BYTES - size);
        held.push(segment);
        size += segment.length;
        at += segment.length;
        if (size === PART_BYTES) await flush();
      }
    if (size > 0) await flush();
  }

  private sealed(under: string | null, bytes: Buffer): Buffer {
    return under === null ? bytes : this.keys.seal(under, bytes);
  }

  /** @throws Unreadable when the key was destroyed: what was there is gone, as the plan wants it */
  private opened({ sealedUnder = null, sha256 }: Pick<KeptInput, 'sealedUnder' | 'sha256'>, bytes: Buffer): Buffer {
    const opened = sealedUnder === null ? bytes : this.keys.open(sealedUnder, bytes);
    if (opened === null)
      throw new Unreadable(
        sha256.slice(0, 12),
        `原文封存所用密钥 ${sealedUnder} 已销毁或不在本机 / it is sealed under a key that was destroyed, or is not here`,
        'its hash, events and figures stand',
      );
    return opened;
  }

  async knows(tx: Tx, sha256: string): Promise<boolean> {
    return (await one(tx, 'select 1 from intake.input where sha256 = $1', [sha256])) !== null;
  }

  /** An input by its hash, or by as much of it as is its alone; null: none, or several. */
  async find(tx: Db, hash: string): Promise<KeptInput | null> {
    if (!/^[0-9a-f]{6,64}$/.test(hash)) return null;
    const found = await rows<KeptInput>(
      tx,
      `select sha256, size, door, name, format, received_at as "receivedAt", published_at as "publishedAt",
              sealed_under as "sealedUnder" from intake.input
       where sha256 >= $1 and sha256 < $1 || 'g' order by sha256 limit 2`,
      [hash],
    );
    return found.length === 1 ? (found[0] as KeptInput) : null;
  }

  /** An input as it came, to be read again. */
  payloadOf(db: Db, input: Pick<KeptInput, 'sha256' | 'size' | 'sealedUnder'>): Payload {
    const { sha256, size } = input;
    const opened = (bytes: Buffer): Buffer => this.opened(input, bytes);
    return {
      sha256,
      size,
      open: async function* () {
        for (let from = 0; from < size; from += PART_BYTES) {
          const part = await one<{ bytes: Buffer }>(
            db,
            'select bytes from intake.input_part where sha256 = $1 and "from" = $2',
            [sha256, from],
          );
          if (part === null) throw new Error(`${sha256}: the part from byte ${from} is missing`);
          yield opened(part.bytes);
        }
      },
    };
  }

  async keepInput(tx: Tx, input: KeptInput): Promise<void> {
    await this.keepInputs(tx, [input]);
  }

  /** Small inputs, whole, in one go: as many as came in together. */
  async keepSmall(tx: Tx, inputs: readonly (KeptInput & Readonly<{ bytes: Buffer }>)[]): Promise<void> {
    const parts = inputs
      .filter(({ bytes }) => bytes.length > 0)
      .map(({ sha256, bytes, sealedUnder = null }) => ({ sha256, from: 0, bytes: this.sealed(sealedUnder, bytes) }));
    await insertRows(tx, InputPartRow, parts, 'nothing');
    await this.keepInputs(tx, inputs);
  }

  private async keepInputs(tx: Tx, inputs: readonly KeptInput[]): Promise<void> {
    await insertRows(
      tx,
      InputRow,
      inputs.map(({ sha256, size, door, name, format, receivedAt, publishedAt = null, sealedUnder = null }) => ({
        sha256,
        size,
        door,
        name: clean(name),
        format,
        receivedAt,
        publishedAt,
        sealedUnder,
      })),
      'nothing',
    );
  }

  /** Contents already accepted under identities, each with its event id. */
  async contentsOf(tx: Tx, identities: readonly string[]): Promise<Contents> {
    const found = await rows<{ event: string; identity: string; content: string }>(
      tx,
      `select event_id as event, identity, content from intake.accepted where event_id = any($1)
       union all select event_id, identity, content from intake.accepted where conflict and identity = any($1)`,
      [[...new Set(identities)]],
    );
    const contents: Contents = new Map();
    for (const { event, identity, content } of found) put(contents, identity, content, event);
    return contents;
  }

  /**
   * The same for facts that were published with fewer or with more decimals. `finer` is by what they would be with
   * fewer.
   */
  async roundingsOf(tx: Tx, asked: readonly Sameness[]): Promise<Readonly<{ coarser: Contents; finer: Contents }>> {
    const [coarser, finer]: [Contents, Contents] = [new Map(), new Map()];
    const names = [...new Set(asked.flatMap(({ coarse }) => coarse))];
    if (names.length > 0) {
      const found = await rows<{ event: string; identity: string; content: string }>(
        tx,
        'select event_id as event, identity, content from intake.accepted where may_be_coarse and event_id = any($1)',
        [names],
      );
      for (const { event, identity, content } of found) put(coarser, identity, content, event);
    }
    const hashes = new Map(
      asked.filter(({ mayBeCoarse }) => mayBeCoarse).map(({ identity }) => [hashOf(identity), identity]),
    );
    if (hashes.size > 0) {
      const found = await rows<{ event: string; content: string; coarse: string }>(
        tx,
        `select event_id as event, content, coarse::text from intake.accepted where coarse is not null and coarse && $1::uuid[]`,
        [[...hashes.keys()]],
      );
      for (const { event, content, coarse } of found)
        for (const hash of coarse.replace(/[{}]/g, '').split(',')) {
          const identity = hashes.get(hash);
          if (identity !== undefined) put(finer, identity, content, event);
        }
    }
    return { coarser, finer };
  }

  /** @returns the event ids that are now ours; the others were claimed by someone else meanwhile */
  async claim(tx: Tx, accepted: readonly Accepted[]): Promise<ReadonlySet<string>> {
    const claimed = await insertReturning(
      tx,
      AcceptedRow,
      accepted.map((row) => ({ ...row, coarse: row.coarse.length === 0 ? null : row.coarse.map(hashOf) })),
      'nothing',
    );
    return new Set(claimed.map(({ eventId }) => eventId as string));
  }

  async keepRefusals(tx: Tx, sha256: string, at: UtcInstant, refusals: readonly Refusal[]): Promise<void> {
    const cleaned = refusals.map(({ place, reason, expected }) => ({
      sha256,
      place: clean(place),
      reason: clean(reason),
      expected: clean(expected),
      at,
    }));
    await insertRows(tx, RefusalRow, cleaned, 'nothing');
  }

  async keepNotes(tx: Tx, sha256: string, notes: readonly Note[]): Promise<void> {
    await insertRows(
      tx,
      NoteRow,
      notes.map(({ place, note }) => ({ sha256, place: clean(place), note: clean(note) })),
      'nothing',
    );
  }

  /** Counts what the plan does not know, by who fed it: somebody must say what is meant. */
  async keepUnknown(tx: Tx, actor: string, at: UtcInstant, unknown: readonly Unknown[]): Promise<void> {
    if (unknown.length === 0) return;
    const counts = new Map<string, UnknownRow>();
    for (const { kind, name: written, records = 1 } of unknown) {
      const name = clean(written).slice(0, MOST_NAME);
      const key = `${kind} ${name}`;
      const before = counts.get(key);
      counts.set(key, { kind, name, actor, firstAt: at, lastAt: at, records: (before?.records ?? 0) + records });
    }
    await run(
      tx,
      `insert into intake.unknown (kind, name, actor, first_at, last_at, records)
       select kind, name, actor, $1, $1, records from jsonb_to_recordset($2::jsonb) as u(kind text, name text, actor text, records bigint)
       order by kind, name
       on conflict (kind, name, actor) do update set last_at = excluded.last_at, records = intake.unknown.records + excluded.records`,
      [at, JSON.stringify([...counts.values()])],
    );
  }

  /** What a polled source gave that is new, by satellite where there is one. */
  async keepSeen(tx: Tx, source: string, at: UtcInstant, events: readonly ObservedEvent[]): Promise<void> {
    const seen = new Map<string, SourceSeenRow>();
    for (const event of events) {
      const satellite = event.type === 'hotspot.v1' ? event.data.satellite : '';
      const before = seen.get(satellite);
      const newest = before === undefined || event.occurredAt > before.newestAt;
      seen.set(satellite, {
        source,
        satellite,
        receivedAt: at,
        newestAt: newest ? event.occurredAt : before.newestAt,
        passRows: newest ? 1 : before.passRows + (event.occurredAt === before.newestAt ? 1 : 0),
        records: (before?.records ?? 0) + 1,
      });
    }
    if (seen.size === 0) return;
    await run(
      tx,
      `insert into intake.source_seen as old (source, satellite, newest_at, received_at, pass_rows, records)
       select source, satellite, "newestAt", $1, "passRows", records from jsonb_to_recordset($2::jsonb)
         as s(source text, satellite text, "newestAt" timestamptz, "passRows" bigint, records bigint)
       order by source, satellite
       on conflict (source, satellite) do update set
         records = old.records + excluded.records,
         pass_rows = case when excluded.newest_at > old.newest_at then excluded.pass_rows
                          when excluded.newest_at = old.newest_at then old.pass_rows + excluded.pass_rows else old.pass_rows end,
         received_at = case when excluded.newest_at > old.newest_at then excluded.received_at else old.received_at end,
         newest_at = greatest(old.newest_at, excluded.newest_at)`,
      [at, JSON.stringify([...seen.values()])],
    );
  }

  /** @returns where each event came from; events that did not come in from outside are missing */
  originsOf(tx: Db, eventIds: readonly string[]): Promise<readonly Origin[]> {
    return rows<Origin>(
      tx,
      `select a.event_id as "eventId", a.contract, i.door, i.name, a.place, a.sha256, a."from", a.length,
              i.sealed_under as "sealedUnder"
       from intake.accepted a join intake.input i using (sha256) where a.event_id = any($1)`,
      [eventIds],
    );
  }

  /** The bytes of one record, out of the input that held it. */
  async bytesOf(tx: Db, origin: Pick<Origin, 'sha256' | 'from' | 'length' | 'sealedUnder'>): Promise<Buffer> {
    const { sha256, from, length, sealedUnder } = origin;
    if (sealedUnder !== null) {
      const parts = await rows<{ bytes: Buffer; at: number }>(
        tx,
        `select bytes, "from" as at from intake.input_part
         where sha256 = $1 and "from" < $2::bigint + $3::int and "from" > $2::bigint - $4::int
         order by "from"`,
        [sha256, from, length, PART_BYTES],
      );
      const start = from - (parts[0]?.at ?? 0);
      return Buffer.concat(parts.map(({ bytes }) => this.opened(origin, bytes))).subarray(start, start + length);
    }
    const parts = await rows<{ bytes: Buffer }>(
      tx,
      `select substring(bytes from greatest($2 - "from", 0)::int + 1 for ($2 + $3 - greatest("from", $2))::int) as bytes
       from intake.input_part where sha256 = $1 and "from" < $2 + $3 and "from" > $2 - $4 order by "from"`,
      [sha256, from, length, PART_BYTES],
    );
    return Buffer.concat(parts.map(({ bytes }) => bytes)).subarray(0, length);
  }
}

/** Of what the plan does not know as much as tells it from others. */
const MOST_NAME = 200;

/** Short enough to be indexed for every pixel. */
const hashOf = (name: string): string =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * What could not be read may hold a NUL or half a surrogate pair, which PostgreSQL cannot; the bytes themselves are
 * kept whole beside it.
 */
const clean = (text: string): string => Buffer.from(text.replaceAll('\u0000', '␀')).toString().slice(0, 2_000);
