import type { ObservedEvent, Refusal } from '@fengsui/contracts';
import type { Note, Unknown } from '../keeping/kept-inputs.js';
import { inChinese, noteInChinese } from './in-chinese.js';

/**
 * What became of one input. `records = accepted + duplicates + refused`; `conflicts` counts accepted ones whose
 * identity was taken by other content.
 */
export type Receipt = Readonly<{
  format: string;
  sha256: string;
  records: number;
  accepted: number;
  duplicates: number;
  refused: number;
  conflicts: number;
  events: Readonly<Record<string, number>>;
  refusals: readonly SaidRefusal[];
  /** What was odd about records that were accepted all the same. */
  notes: readonly SaidNote[];
  /** How many persons it names: its bytes are kept sealed, and are to lie nowhere else. */
  persons?: number;
  /** Of a rehearsal: what each record would be. */
  would?: readonly Rehearsed[];
}>;
/** A refusal with the same as one sentence in Chinese: where, what, what was expected, what to do. */
export type SaidRefusal = Refusal & Readonly<{ zh: string }>;
type SaidNote = Note & Readonly<{ zh: string }>;
/** What a record would become. */
export type Rehearsed = Readonly<{
  place: string;
  event: string;
  contract: string;
  /** Where, by name. */ area: string;
  /** The event that says the same already; null: it would be new. */ duplicateOf: string | null;
  /** The event that says something else under the same identity. */ conflictsWith: string | null;
}>;

/** More than this is counted and kept in the database, but not listed in the answer. */
const LISTED = 1_000;

export class Tally {
  private records = 0;
  private accepted = 0;
  private duplicates = 0;
  private refused = 0;
  private conflicts = 0;
  private persons = 0;
  private readonly unknown = new Map<string, Unknown & Readonly<{ records: number }>>();
  private readonly events: Record<string, number> = {};
  private readonly refusals: SaidRefusal[] = [];
  private readonly notes: SaidNote[] = [];
  private readonly would: Rehearsed[] = [];

  constructor(
    private readonly format: string,
    private readonly sha256: string,
  ) {}

  refuse(refusals: readonly Refusal[]): void {
    this.records += 1;
    this.refused += 1;
    const listed = refusals.slice(0, Math.max(0, LISTED - this.refusals.length));
    this.refusals.push(...listed.map((refusal) => ({ ...refusal, zh: inChinese(refusal) })));
  }

  duplicate(): void {
    this.records += 1;
    this.duplicates += 1;
  }

  accept(events: readonly ObservedEvent[], conflict: boolean, notes: readonly Note[]): void {
    this.records += 1;
    this.accepted += 1;
    if (conflict) this.conflicts += 1;
    for (const { type } of events) this.events[type] = (this.events[type] ?? 0) + 1;
    if (notes.length === 0) return;
    const listed = notes.slice(0, Math.max(0, LISTED - this.notes.length));
    this.notes.push(...listed.map(({ place, note }) => ({ place, note, zh: noteInChinese(place, note) })));
  }

  /** Persons that were named, before pseudonyms stood for them. */
  names(persons: number): void {
    this.persons += persons;
  }

  /** Names that the plan does not know, in what was stored so far. */
  meet(unknown: readonly Unknown[]): void {
    for (const { kind, name, records = 1 } of unknown) {
      const key = `${kind} ${name}`;
      this.unknown.set(key, { kind, name, records: (this.unknown.get(key)?.records ?? 0) + records });
    }
  }

  /** Each with how many records came under it. */
  get strangers(): readonly Unknown[] {
    return [...this.unknown.values()];
  }

  /** Of a rehearsal. */
  rehearsed(would: readonly Rehearsed[]): void {
    this.would.push(...would.slice(0, Math.max(0, LISTED - this.would.length)));
  }

  /** Whether a record was accepted, or was here already. */
  takenAny(): boolean {
    return this.accepted + this.duplicates > 0;
  }

  receipt(): Receipt {
    const { format, sha256, records, accepted, duplicates, refused, conflicts, events, refusals, notes } = this;
    const would = this.would.length === 0 ? {} : { would: this.would };
    const persons = this.persons === 0 ? {} : { persons: this.persons };
    return {
      format,
      sha256,
      records,
      accepted,
      duplicates,
      refused,
      conflicts,
      events,
      refusals,
      notes,
      ...persons,
      ...would,
    };
  }
}
