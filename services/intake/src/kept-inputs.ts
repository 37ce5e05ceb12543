import type { Refusal, UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';

export type KeptInput = Readonly<{ sha256: string; bytes: Buffer; door: string; name: string; format: string; receivedAt: UtcInstant }>;
export type Accepted = Readonly<{
  eventId: string;
  identity: string;
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

/** The bytes that came in, and which events they became. Every method takes the transaction it runs in. */
export class KeptInputs {
  async keepInput(tx: Tx, { sha256, bytes, door, name, format, receivedAt }: KeptInput): Promise<void> {
    const known = (await tx.query('select 1 from intake.input where sha256 = $1', [sha256])) as unknown[];
    if (known.length > 0) return;
    await tx.query(
      'insert into intake.input (sha256, bytes, door, name, format, received_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
      [sha256, bytes, door, name, format, receivedAt],
    );
  }

  /** Contents already accepted under the identities, each with its event id. */
  async contentsOf(tx: Tx, identities: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const rows = (await tx.query('select identity, content, event_id from intake.accepted where identity = any($1)', [
      [...new Set(identities)],
    ])) as { identity: string; content: string; event_id: string }[];
    const found = new Map<string, Map<string, string>>();
    for (const { identity, content, event_id } of rows)
      found.set(identity, (found.get(identity) ?? new Map<string, string>()).set(content, event_id));
    return found;
  }

  /** @returns the event ids that are now ours; the others were claimed by someone else meanwhile */
  async claim(tx: Tx, sha256: string, rows: readonly Accepted[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const claimed = (await tx.query(
      `insert into intake.accepted (event_id, identity, content, contract, sha256, place, "from", length, recorded_at, conflict)
       select event_id, identity, content, contract, $1, place, "from", length, recorded_at, conflict
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::timestamptz[], $10::boolean[])
         as t(event_id, identity, content, contract, place, "from", length, recorded_at, conflict)
       order by event_id on conflict do nothing returning event_id`,
      [
        sha256,
        rows.map((row) => row.eventId),
        rows.map((row) => row.identity),
        rows.map((row) => row.content),
        rows.map((row) => row.contract),
        rows.map((row) => row.place),
        rows.map((row) => row.from),
        rows.map((row) => row.length),
        rows.map((row) => row.recordedAt),
        rows.map((row) => row.conflict),
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
    const [row] = (await tx.query('select substring(bytes from $2 for $3) as bytes from intake.input where sha256 = $1', [
      sha256,
      from + 1,
      length,
    ])) as { bytes: Buffer }[];
    return row?.bytes ?? Buffer.alloc(0);
  }
}

/** What could not be read may hold a NUL or half a surrogate pair, which PostgreSQL cannot; the bytes themselves are kept whole beside it. */
const clean = (text: string): string => Buffer.from(text.replaceAll('\u0000', '␀')).toString();
