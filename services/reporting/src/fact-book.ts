import { shanghaiDate, type Envelope, type UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { summarise, type FactContent, type FactKind, type KeptPiece, type Part } from './facts.js';
import { indicatorsFor } from './indicators.js';

/** An event with the parts it plays. */
export type Entry = Readonly<{ event: Envelope; parts: readonly Part[] }>;

type Subject = {
  kind: FactKind;
  id: string;
  version: number;
  pieces: Record<string, KeptPiece>;
  content: FactContent | null;
  recorded_at: UtcInstant | null;
};
type FactRow = Readonly<{
  kind: FactKind;
  subject: string;
  version: number;
  event: string;
  contract: string;
  origins: readonly string[];
  recordedAt: UtcInstant;
  content: FactContent | null;
}>;

/** Held shared while booking and alone while withdrawing: an event and its withdrawal, read side by side, must see each other. */
const WITHDRAWING = 7_310_003;

/** Writes facts and counters, all of a batch in a few statements. An event that was booked before changes nothing. */
export class FactBook {
  async book(tx: Tx, entries: readonly Entry[]): Promise<void> {
    await tx.query('select pg_advisory_xact_lock_shared($1)', [WITHDRAWING]);
    const withdrawn = await this.withdrawnAmong(
      tx,
      entries.map(({ event }) => event.id),
    );
    const parts = entries
      .filter(({ event }) => !withdrawn.has(event.id))
      .flatMap(({ event, parts }) => parts.map((part) => ({ event, part })));
    const subjects = await this.lock(
      tx,
      parts.map(({ part }) => [part.kind, part.subject] as const),
    );
    const changes = new Changes();
    for (const { event, part } of parts) {
      const subject = subjects.get(`${part.kind} ${part.subject}`) as Subject;
      if (event.id in subject.pieces) continue;
      changes.apply(subject, { ...subject.pieces, [event.id]: part.kept }, event);
    }
    await this.write(tx, changes);
  }

  /** Takes an event out of what is known, now and when it comes later. The facts that stood before stay as they were known then. */
  async withdraw(tx: Tx, eventId: string, order: Envelope): Promise<void> {
    await tx.query('select pg_advisory_xact_lock($1)', [WITHDRAWING]);
    await tx.query('insert into reporting.withdrawn (event, order_event, recorded_at) values ($1, $2, $3) on conflict do nothing', [
      eventId,
      order.id,
      order.recordedAt,
    ]);
    const touched = (await tx.query('select distinct kind, subject from reporting.fact where event = $1 order by 1, 2', [eventId])) as {
      kind: FactKind;
      subject: string;
    }[];
    const subjects = await this.lock(
      tx,
      touched.map(({ kind, subject }) => [kind, subject] as const),
    );
    const changes = new Changes();
    for (const subject of subjects.values()) {
      if (!(eventId in subject.pieces)) continue;
      const { [eventId]: _, ...left } = subject.pieces;
      changes.apply(subject, left, order);
    }
    await this.write(tx, changes);
  }

  private async withdrawnAmong(tx: Tx, events: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = (await tx.query('select event from reporting.withdrawn where event = any($1)', [events])) as { event: string }[];
    return new Set(rows.map(({ event }) => event));
  }

  /** Sorted, so that two batches never wait for each other. New subjects are made first, so that they can be locked as well. */
  private async lock(tx: Tx, keys: readonly (readonly [FactKind, string])[]): Promise<Map<string, Subject>> {
    const unique = [...new Map(keys.map((key) => [key.join(' '), key])).values()];
    if (unique.length === 0) return new Map();
    const columns = [unique.map(([kind]) => kind), unique.map(([, id]) => id)];
    await tx.query(
      `insert into reporting.subject (kind, id, version, pieces) select kind, id, 0, '{}' from unnest($1::text[], $2::text[]) as t(kind, id) order by 1, 2 on conflict do nothing`,
      columns,
    );
    const rows = (await tx.query(
      'select s.kind, s.id, s.version, s.pieces, s.content, s.recorded_at from reporting.subject s join unnest($1::text[], $2::text[]) as t(kind, id) using (kind, id) order by s.kind, s.id for update of s',
      columns,
    )) as Subject[];
    return new Map(rows.map((row) => [`${row.kind} ${row.id}`, row]));
  }

  private async write(tx: Tx, { subjects, facts, counters, keys }: Changes): Promise<void> {
    if (facts.length === 0) return;
    const rows = [...subjects];
    await tx.query(
      `update reporting.subject s set version = t.version, pieces = t.pieces, content = t.content, recorded_at = t.recorded_at
       from unnest($1::text[], $2::text[], $3::int[], $4::jsonb[], $5::jsonb[], $6::timestamptz[]) as t(kind, id, version, pieces, content, recorded_at) where s.kind = t.kind and s.id = t.id`,
      [
        rows.map((s) => s.kind),
        rows.map((s) => s.id),
        rows.map((s) => s.version),
        rows.map((s) => JSON.stringify(s.pieces)),
        rows.map((s) => (s.content === null ? null : JSON.stringify(s.content))),
        rows.map((s) => s.recorded_at),
      ],
    );
    await tx.query(
      `insert into reporting.fact (kind, subject, version, event, contract, origins, at, recorded_at, region, content)
       select kind, subject, version, event, contract, string_to_array(origins, E'\\n'), (content->>'at')::timestamptz, recorded_at, content->>'region', content
       from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::jsonb[]) as t(kind, subject, version, event, contract, origins, recorded_at, content)`,
      [
        facts.map((f) => f.kind),
        facts.map((f) => f.subject),
        facts.map((f) => f.version),
        facts.map((f) => f.event),
        facts.map((f) => f.contract),
        facts.map((f) => f.origins.join('\n')),
        facts.map((f) => f.recordedAt),
        facts.map((f) => (f.content === null ? null : JSON.stringify(f.content))),
      ],
    );
    const amounts = [...counters.entries()]
      .filter(([, amount]) => amount !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, amount]) => [...(JSON.parse(key) as string[]), amount] as [string, string, string, string, number]);
    if (amounts.length > 0)
      await tx.query(
        `insert into reporting.counter as c (indicator, day, region, dimension, amount) select * from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::numeric[])
       on conflict (indicator, day, region, dimension) do update set amount = c.amount + excluded.amount`,
        [0, 1, 2, 3, 4].map((column) => amounts.map((row) => row[column])),
      );
    const counted = [...keys.entries()]
      .filter(([, n]) => n !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, n]) => [...(JSON.parse(key) as [string, number, string]), n] as [string, number, string, number]);
    if (counted.length > 0)
      await tx.query(
        `insert into reporting.distinct_key as k (indicator, year, key, facts) select * from unnest($1::text[], $2::int[], $3::text[], $4::int[])
       on conflict (indicator, year, key) do update set facts = k.facts + excluded.facts`,
        [0, 1, 2, 3].map((column) => counted.map((row) => row[column])),
      );
  }
}

/** What a batch changes, gathered before anything is written. */
class Changes {
  readonly subjects = new Set<Subject>();
  readonly facts: FactRow[] = [];
  readonly counters = new Map<string, number>();
  readonly keys = new Map<string, number>();

  apply(subject: Subject, pieces: Record<string, KeptPiece>, event: Envelope): void {
    const before = subject.content;
    subject.pieces = pieces;
    subject.content = summarise(subject.kind, Object.values(pieces));
    subject.version += 1;
    // Partitions are read side by side, so an earlier event may come later: a version is known once all of its pieces are.
    subject.recorded_at = subject.recorded_at !== null && subject.recorded_at > event.recordedAt ? subject.recorded_at : event.recordedAt;
    this.subjects.add(subject);
    const { kind, id, version, content } = subject;
    this.facts.push({
      kind,
      subject: id,
      version,
      event: event.id,
      contract: event.type,
      origins: event.causes.length > 0 ? event.causes : [event.id],
      recordedAt: subject.recorded_at,
      content,
    });
    this.count(before, -1);
    this.count(content, 1);
  }

  /** A correction is the new contribution less the old one. */
  private count(content: FactContent | null, sign: 1 | -1): void {
    if (content === null) return;
    for (const indicator of indicatorsFor(content.kind)) {
      const contribution = indicator.contribution(content);
      if (contribution === null) continue;
      if (contribution.key !== null) add(this.keys, JSON.stringify([indicator.id, contribution.year, contribution.key]), sign);
      add(
        this.counters,
        JSON.stringify([indicator.id, shanghaiDate(content.at), content.region, contribution.dimension]),
        sign * contribution.amount,
      );
    }
  }
}

const add = (totals: Map<string, number>, key: string, amount: number): void => void totals.set(key, (totals.get(key) ?? 0) + amount);
