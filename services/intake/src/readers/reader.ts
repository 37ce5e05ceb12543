import type { ObservedEvent, Refusal } from '@fengsui/contracts';

/** What a reader makes of one record: the event without what intake adds (id, key, times of its own). */
export type Draft = Readonly<{ type: ObservedEvent['type']; occurredAt: string; data: unknown }>;

/**
 * One record as its source counts them: an alert message, a data row, an element of an array. `from` and `length` are its bytes in the
 * input, so that a figure can be followed to exactly what came in. A record is accepted or refused whole.
 */
export type SourceRecord = Readonly<{ place: string; from: number; length: number }> &
  (Readonly<{ drafts: readonly Draft[]; refusals?: never }> | Readonly<{ drafts?: never; refusals: readonly Refusal[] }>);

/** Reads one source format. It renames and re-types, nothing more: whether the values are possible is the contract's question. */
export type Reader = Readonly<{
  format: string;
  /** By the content, never by the name of the file. `head` is the beginning of the input as text. */
  recognises: (head: string) => boolean;
  read: (input: Buffer) => Iterable<SourceRecord>;
}>;

/** A record with one event, or with the reason why it has none. */
export const recordOf = (place: string, from: number, length: number, read: Draft | Refusal): SourceRecord =>
  'type' in read ? { place, from, length, drafts: [read] } : { place, from, length, refusals: [read] };

export const refuse = (place: string, reason: string, expected: string): Refusal => ({ place, reason, expected });
