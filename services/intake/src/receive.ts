import { createHash } from 'node:crypto';
import { checkEvent, type ObservedEvent, type Refusal, type UtcInstant } from '@fengsui/contracts';
import type { Clock, Tx } from '@fengsui/database';
import type { Log } from '@fengsui/log';
import type { DataSource } from 'typeorm';
import { samenessOf, type Sameness } from './identity.js';
import { recognise, READERS } from './readers/index.js';
import type { Draft, Reader, SourceRecord } from './readers/reader.js';
import { KeptInputs, type Accepted } from './kept-inputs.js';

/** What came in, and through which door. */
export type Input = Readonly<{
  bytes: Buffer;
  /** http, file, demonstration */
  door: string;
  /** File name or address: where a person would look for it. */
  name: string;
  /** Who was authenticated at the door; orders carry it. */
  actor: string;
  /** The formats this input may have; all of them unless the door says. */
  readers?: readonly Reader[];
}>;

/** What became of one input. `records = accepted + duplicates + refused`; `conflicts` counts accepted ones whose identity was taken by other content. */
export type Receipt = Readonly<{
  format: string;
  sha256: string;
  records: number;
  accepted: number;
  duplicates: number;
  refused: number;
  conflicts: number;
  events: Readonly<Record<string, number>>;
  refusals: readonly Refusal[];
}>;
type Skipped = Readonly<{ skipped: string }>;

/** Records committed together: enough for speed, few enough that a crash repeats little. */
const CHUNK = 1_000;
/** More refusals than this are counted and kept in the database, but not listed in the answer. */
const LISTED_REFUSALS = 1_000;

/** Takes inputs in: refuses or normalises, keeps the bytes, and writes the events, all of a chunk in one transaction. */
export class Receiving {
  private readonly kept = new KeptInputs();

  constructor(
    private readonly db: DataSource,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  async receive(input: Input): Promise<Receipt | Skipped> {
    const reader = recognise(input.bytes, input.readers);
    if (reader === null)
      return { skipped: `no format that Fengsui reads (${(input.readers ?? READERS).map(({ format }) => format).join(', ')})` };
    const tally = new Tally(reader.format, createHash('sha256').update(input.bytes).digest('hex'));
    for (const chunk of chunksOf(reader.read(input.bytes))) await this.store(chunk, input, tally);
    if (tally.records === 0) await this.store([], input, tally);
    return tally.receipt();
  }

  /** Nothing is kept: says what would be accepted or refused, as far as the contracts go. */
  async rehearse(input: Input): Promise<Receipt | Skipped> {
    const reader = recognise(input.bytes, input.readers);
    if (reader === null) return { skipped: 'no format that Fengsui reads' };
    const tally = new Tally(reader.format, createHash('sha256').update(input.bytes).digest('hex'));
    const now = await this.clock.now();
    for (const record of reader.read(input.bytes)) {
      const judged = judge(record, input.actor, now);
      if ('refusals' in judged) tally.refuse(judged.refusals);
      else
        tally.accept(
          judged.candidates.map(({ event }) => event),
          false,
        );
    }
    return tally.receipt();
  }

  private async store(records: readonly SourceRecord[], input: Input, tally: Tally): Promise<void> {
    const outcomes = await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      await this.kept.keepInput(tx, {
        sha256: tally.sha256,
        bytes: input.bytes,
        door: input.door,
        name: input.name,
        format: tally.format,
        receivedAt: now,
      });
      const judged = records.map((record) => judge(record, input.actor, now));
      const candidates = judged.flatMap((one) => ('candidates' in one ? one.candidates : []));
      const fates = await this.claim(tx, candidates, tally.sha256);
      await this.kept.keepRefusals(
        tx,
        tally.sha256,
        now,
        judged.flatMap((one) => ('refusals' in one ? one.refusals : [])),
      );
      await this.log.append(
        tx,
        candidates.flatMap((candidate) => fates.get(candidate)?.event ?? []),
      );
      return judged.map((one) => ('refusals' in one ? one : { fates: one.candidates.map((candidate) => fates.get(candidate) as Fate) }));
    });
    // Only after the commit: a chunk that failed is counted nowhere.
    for (const outcome of outcomes) {
      if ('refusals' in outcome) tally.refuse(outcome.refusals);
      else {
        const events = outcome.fates.flatMap(({ event }) => event ?? []);
        if (events.length === 0) tally.duplicate();
        else
          tally.accept(
            events,
            outcome.fates.some(({ conflict }) => conflict),
          );
      }
    }
  }

  /**
   * Gives each candidate its identity, unless the same fact has it already. Two doors may claim at once: who loses the race looks again,
   * and finds a duplicate or a conflict.
   */
  private async claim(tx: Tx, candidates: readonly Candidate[], sha256: string): Promise<Map<Candidate, Fate>> {
    const fates = new Map<Candidate, Fate>();
    let left = candidates;
    for (let round = 0; left.length > 0; round += 1) {
      if (round > MAX_ROUNDS) throw new Error('identities were claimed by others again and again');
      const taken = await this.kept.contentsOf(
        tx,
        left.map(({ sameness }) => sameness.identity),
      );
      const claims = left.flatMap((candidate) => {
        const contents = taken.get(candidate.sameness.identity) ?? new Map<string, string>();
        taken.set(candidate.sameness.identity, contents);
        if (contents.has(candidate.content)) {
          fates.set(candidate, { event: null, conflict: false });
          return [];
        }
        const conflict = contents.size > 0;
        const id = conflict ? `${candidate.sameness.identity}~${candidate.content.slice(0, 12)}` : candidate.sameness.identity;
        contents.set(candidate.content, id);
        return [{ candidate, conflict, event: { ...candidate.event, id } as ObservedEvent }];
      });
      const won = await this.kept.claim(
        tx,
        sha256,
        claims.map(({ candidate, event, conflict }) => acceptedOf(candidate, event, conflict)),
      );
      for (const { candidate, event, conflict } of claims) if (won.has(event.id)) fates.set(candidate, { event, conflict });
      left = left.filter((candidate) => !fates.has(candidate));
    }
    return fates;
  }
}

/** Each lost race needs another door that won it; three doors racing for one fact is already rare. */
const MAX_ROUNDS = 5;

type Candidate = Readonly<{ event: ObservedEvent; sameness: Sameness; content: string; record: SourceRecord }>;
/** `event` is null for a duplicate. */
type Fate = Readonly<{ event: ObservedEvent | null; conflict: boolean }>;
type Judged = Readonly<{ candidates: readonly Candidate[] }> | Readonly<{ refusals: readonly Refusal[] }>;

/** A record is accepted or refused whole; what is refused claims no identity, so a broken copy never blocks the good one. */
function judge(record: SourceRecord, actor: string, now: UtcInstant): Judged {
  if (record.refusals !== undefined) return { refusals: record.refusals };
  const checked = record.drafts.map((draft) => candidateOf(draft, record, actor, now));
  const refusals = checked.flatMap((one) => (Array.isArray(one) ? one : []));
  return refusals.length > 0 ? { refusals } : { candidates: checked as Candidate[] };
}

function candidateOf({ type, occurredAt, data }: Draft, record: SourceRecord, actor: string, now: UtcInstant): Candidate | Refusal[] {
  // The actor is who was authenticated, whatever the message says; it is no part of what makes two orders the same.
  const named = type === 'order.v1' && data !== null && typeof data === 'object' ? { ...data, actor } : data;
  const blank = { id: '-', type, key: '-', occurredAt, recordedAt: now, correlationId: '-', causes: [], data: named };
  const checked = checkEvent(type, blank);
  if (!checked.ok)
    return checked.refusals.map((refusal) => ({
      ...refusal,
      place: [record.place, refusal.place.replace(/^data\//, '')].filter((part) => part !== '').join(', '),
    }));
  const sameness = samenessOf(type, checked.value.data as never, occurredAt);
  const tooLong = [sameness.identity, sameness.key].find((text) => text.length > 380);
  if (tooLong !== undefined)
    return [{ place: record.place, reason: 'its identity has more than 380 characters', expected: 'shorter identifiers' }];
  const event = { ...checked.value, id: sameness.identity, key: sameness.key, correlationId: sameness.correlation } as ObservedEvent;
  const content = sameness.contentMatters ? contentOf(occurredAt, type === 'order.v1' ? { ...(data as object), actor: '' } : data) : 'any';
  return { event, sameness, content, record };
}

/** A hash of what is said, however it was written: fields in one order. */
const contentOf = (occurredAt: string, data: unknown): string =>
  createHash('sha256')
    .update(`${occurredAt} ${JSON.stringify(ordered(data))}`)
    .digest('hex')
    .slice(0, 32);

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, ordered(field)]),
  );
}

const acceptedOf = ({ sameness, content, record }: Candidate, event: ObservedEvent, conflict: boolean): Accepted => ({
  eventId: event.id,
  identity: sameness.identity,
  content,
  contract: event.type,
  place: record.place,
  from: record.from,
  length: record.length,
  recordedAt: event.recordedAt,
  conflict,
});

function* chunksOf(records: Iterable<SourceRecord>): Generator<SourceRecord[]> {
  let chunk: SourceRecord[] = [];
  for (const record of records) {
    chunk.push(record);
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

class Tally {
  records = 0;
  private accepted = 0;
  private duplicates = 0;
  private refused = 0;
  private conflicts = 0;
  private readonly events: Record<string, number> = {};
  private readonly refusals: Refusal[] = [];

  constructor(
    readonly format: string,
    readonly sha256: string,
  ) {}

  refuse(refusals: readonly Refusal[]): void {
    this.records += 1;
    this.refused += 1;
    this.refusals.push(...refusals.slice(0, Math.max(0, LISTED_REFUSALS - this.refusals.length)));
  }

  duplicate(): void {
    this.records += 1;
    this.duplicates += 1;
  }

  accept(events: readonly ObservedEvent[], conflict: boolean): void {
    this.records += 1;
    this.accepted += 1;
    if (conflict) this.conflicts += 1;
    for (const { type } of events) this.events[type] = (this.events[type] ?? 0) + 1;
  }

  receipt(): Receipt {
    const { format, sha256, records, accepted, duplicates, refused, conflicts, events, refusals } = this;
    return { format, sha256, records, accepted, duplicates, refused, conflicts, events, refusals };
  }
}
