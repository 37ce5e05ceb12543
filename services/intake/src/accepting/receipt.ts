import type { ObservedEvent, Refusal } from '@fengsui/contracts';
import type { Note } from '../keeping/kept-inputs.js';

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
  refusals: readonly Refusal[];
  /** What was odd about records that were accepted all the same. */
  notes: readonly Note[];
}>;

/** More than this is counted and kept in the database, but not listed in the answer. */
const LISTED = 1_000;

export class Tally {
  private records = 0;
  private accepted = 0;
  private duplicates = 0;
  private refused = 0;
  private conflicts = 0;
  private readonly events: Record<string, number> = {};
  private readonly refusals: Refusal[] = [];
  private readonly notes: Note[] = [];

  constructor(
    private readonly format: string,
    private readonly sha256: string,
  ) {}

  refuse(refusals: readonly Refusal[]): void {
    this.records += 1;
    this.refused += 1;
    this.refusals.push(...refusals.slice(0, Math.max(0, LISTED - this.refusals.length)));
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
    if (notes.length > 0) this.notes.push(...notes.slice(0, Math.max(0, LISTED - this.notes.length)));
  }

  /** Whether a record was accepted, or was here already. */
  takenAny(): boolean {
    return this.accepted + this.duplicates > 0;
  }

  receipt(): Receipt {
    const { format, sha256, records, accepted, duplicates, refused, conflicts, events, refusals, notes } = this;
    return { format, sha256, records, accepted, duplicates, refused, conflicts, events, refusals, notes };
  }
}
