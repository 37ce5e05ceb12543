import type { Envelope, UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, run, updateRows, type Tx } from '@fengsui/database';
import { Injectable } from '@nestjs/common';
import { disown } from '../figures/booked.js';
import { ReportingPlan } from '../plan.js';
import { FactRow, SubjectRow, WithdrawnRow } from '../tables/tables.js';
import { asKeptNow, type FactKind, type KeptEntry, type Part } from './fact-content.js';
import { summarise } from './facts.js';
import { accidentsOf, numberOf } from './incidents.js';
import { Tally } from './tally.js';

/** An event with the parts it plays. */
export type Booking = Readonly<{ event: Envelope; parts: readonly Part[] }>;

/**
 * Held shared while booking and alone while withdrawing: an event and its withdrawal, read side by side, must see
 * each other.
 */
export const WITHDRAWING = 7_310_003;

/** Writes facts and counters, all of a batch in a few statements. An event that was booked before changes nothing. */
@Injectable()
export class FactBook {
  constructor(private readonly plan: ReportingPlan) {}

  /** @returns what is known now of the subjects that changed */
  async book(tx: Tx, bookings: readonly Booking[]): Promise<readonly SubjectRow[]> {
    await run(tx, 'select pg_advisory_xact_lock_shared($1)', [WITHDRAWING]);
    const withdrawn = await this.withdrawnAmong(
      tx,
      bookings.map(({ event }) => event.id),
    );
    const parts = bookings
      .filter(({ event }) => !withdrawn.has(event.id))
      .flatMap(({ event, parts }) => parts.map((part) => ({ event, part: { ...part, subject: numberIn(part) } })));
    const subjects = await this.lock(
      tx,
      parts.map(({ part }) => [part.kind, part.subject] as const),
    );
    const changes = new Changes(this.plan, subjects);
    for (const { event, part } of parts) {
      const subject = subjects.get(`${part.kind} ${part.subject}`) as SubjectRow;
      if (event.id in subject.entries) continue;
      const kept = { ...part.kept, recordedAt: event.recordedAt, nth: subject.version };
      await this.change(tx, changes, subject, { ...subject.entries, [event.id]: kept }, event);
    }
    await this.write(tx, changes);
    return [...changes.subjects];
  }

  /**
   * Takes an event out of what is known, now and when it comes later. The facts that stood before stay as they were
   * known then.
   * @returns the subjects that are summed up anew
   */
  async withdraw(tx: Tx, eventId: string, order: Envelope): Promise<readonly SubjectRow[]> {
    await run(tx, 'select pg_advisory_xact_lock($1)', [WITHDRAWING]);
    await insertRows(
      tx,
      WithdrawnRow,
      [{ event: eventId, orderEvent: order.id, recordedAt: order.recordedAt }],
      'nothing',
    );
    const touched = await rows<{ kind: FactKind; subject: string }>(
      tx,
      'select distinct kind, subject from reporting.fact where event = $1 order by 1, 2',
      [eventId],
    );
    const subjects = await this.lock(
      tx,
      touched.map(({ kind, subject }) => [kind, numberIn({ kind, subject })] as const),
    );
    const changes = new Changes(this.plan, new Map(subjects));
    for (const subject of subjects.values()) {
      if (!(eventId in subject.entries)) continue;
      const { [eventId]: _, ...left } = subject.entries;
      await this.change(tx, changes, subject, left, order);
    }
    await this.write(tx, changes);
    return [...changes.subjects];
  }

  /** What is known of a subject has changed. Of accidents a number may stand for several, each a subject of its own. */
  private async change(
    tx: Tx,
    changes: Changes,
    subject: SubjectRow,
    entries: Record<string, KeptEntry>,
    event: Envelope,
  ): Promise<void> {
    if (subject.kind !== 'incident') return changes.apply(subject, entries, event);
    const [before, after] = [accidentsOf(subject.id, subject.entries), accidentsOf(subject.id, entries)];
    changes.keep(subject, entries);
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const own = after.get(id) ?? {};
      if (isSame(before.get(id) ?? {}, own)) continue;
      if (id === subject.id) changes.apply(subject, own, event, entries);
      else changes.apply(await this.row(tx, changes, id), own, event);
    }
  }

  private async row(tx: Tx, { known }: Changes, id: string): Promise<SubjectRow> {
    const key = `incident ${id}`;
    const row = known.get(key) ?? (await this.lock(tx, [['incident', id]])).get(key);
    known.set(key, row as SubjectRow);
    return row as SubjectRow;
  }

  private async withdrawnAmong(tx: Tx, events: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await rows<{ event: string }>(tx, 'select event from reporting.withdrawn where event = any($1)', [
      events,
    ]);
    return new Set(found.map(({ event }) => event));
  }

  /**
   * Sorted, so that two batches never wait for each other. New subjects are made first, so that they can be locked as
   * well.
   */
  private async lock(tx: Tx, keys: readonly (readonly [FactKind, string])[]): Promise<Map<string, SubjectRow>> {
    const unique = [...new Map(keys.map((key) => [key.join(' '), key])).values()];
    if (unique.length === 0) return new Map();
    await insertRows(
      tx,
      SubjectRow,
      unique.map(([kind, id]) => ({ kind, id, version: 0, entries: {} })),
      'nothing',
    );
    const found = await rows<SubjectRow>(
      tx,
      `select s.kind, s.id, s.version, s.entries, s.content, s.recorded_at as "recordedAt"
       from reporting.subject s join unnest($1::text[], $2::text[]) as t(kind, id) using (kind, id)
       order by s.kind, s.id for update of s`,
      [unique.map(([kind]) => kind), unique.map(([, id]) => id)],
    );
    return new Map(found.map((row) => [`${row.kind} ${row.id}`, { ...row, content: asKeptNow(row.content) }]));
  }

  private async write(tx: Tx, { subjects, facts, tally }: Changes): Promise<void> {
    if (facts.length === 0) return;
    const [first, ...more] = facts.map(({ recordedAt }) => recordedAt);
    const newest = more.reduce((a, b) => (a > b ? a : b), first as UtcInstant);
    await disown(tx, this.plan.catalogue, newest);
    await updateRows(tx, SubjectRow, [...subjects]);
    await insertRows(tx, FactRow, facts);
    await tally.write(tx);
  }
}

/** What a batch changes, gathered before anything is written. */
class Changes {
  readonly subjects = new Set<SubjectRow>();
  readonly facts: FactRow[] = [];
  readonly tally: Tally;

  constructor(
    private readonly rules: ReportingPlan,
    /** Rows that are locked, by kind and id. */ readonly known: Map<string, SubjectRow>,
  ) {
    this.tally = new Tally(rules.catalogue);
  }

  /** Something more is known under its number; of itself nothing has changed yet. */
  keep(subject: SubjectRow, entries: Record<string, KeptEntry>): void {
    subject.entries = entries;
    subject.version += 1;
    this.subjects.add(subject);
  }

  /** @param kept what is stored with it; without it, what it is summed up from */
  apply(subject: SubjectRow, entries: Record<string, KeptEntry>, event: Envelope, kept = entries): void {
    const before = subject.content;
    this.keep(subject, kept);
    subject.content = summarise(subject.kind, Object.values(entries), this.rules);
    // Partitions are read side by side, so an earlier event may come later: a version is known once all of its entries
    // are.
    const { recordedAt } = subject;
    subject.recordedAt = recordedAt !== null && recordedAt > event.recordedAt ? recordedAt : event.recordedAt;
    const { kind, id, version, content } = subject;
    this.facts.push({
      kind,
      subject: id,
      version,
      event: event.id,
      contract: event.type,
      origins: event.causes.length > 0 ? event.causes : [event.id],
      at: content?.at ?? null,
      recordedAt: subject.recordedAt,
      region: content?.region ?? null,
      content,
    });
    this.tally.change(before, content, subject.recordedAt);
  }
}

/** Of one subject: an entry is never changed. */
const isSame = (a: object, b: object): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => key in b);

const numberIn = ({ kind, subject }: Pick<Part, 'kind' | 'subject'>): string =>
  kind === 'incident' ? numberOf(subject) : subject;
