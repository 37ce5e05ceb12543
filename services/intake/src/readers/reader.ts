import type { ObservedEvent, Refusal } from '@fengsui/contracts';
import type { DateOrder } from './csv/date-order.js';
import type { Encoding } from './text.js';

/** What a reader makes of one record: the event without what intake adds (id, key, times of its own). */
export type Draft = Readonly<{ type: ObservedEvent['type']; occurredAt: string; data: unknown }>;

/**
 * One record as its source counts them: an alert message, a data row, an element of an array, a storm. `from` and
 * `length` are its bytes in the input, so that a figure can be followed to exactly what came in. A record is accepted
 * or refused whole. `notes` say what was wrong with a record and did not break its meaning.
 */
export type SourceRecord = Readonly<{
  place: string;
  from: number;
  length: number;
  notes?: readonly string[];
  /** Its events are columns of one row: where some do not fit, the others stand. */ apart?: true;
  /** The pinned certificate whose signature over the record was found good. */ signedBy?: string | null;
}> &
  (
    | Readonly<{ drafts: readonly Draft[]; refusals?: never }>
    | Readonly<{ drafts?: never; refusals: readonly Refusal[] }>
  );

/**
 * How an input is cut before it is read: whole, or by something small enough to be read while the rest still comes
 * in.
 */
export type Unit = 'document' | 'row' | 'line' | 'element';

/**
 * A segment of an input, as the format's unit cuts it. `number` counts from 1: the line on which it begins, or the
 * element.
 */
export type Segment = Readonly<{ bytes: Buffer; from: number; number: number; last: boolean }>;

/** What is known of an input before it is read. */
export type Head = Readonly<{ text: string; complete: boolean; encoding?: Encoding }>;

/**
 * Reads one source format. It renames and re-types, nothing more: whether the values are possible is the contract's
 * question.
 */
export type Reader = Readonly<{
  format: string;
  /** What it reads, for the documentation: one sentence. */
  about: string;
  unit: (head: Head) => Unit;
  /** By the content, never by the name of the file. */
  recognises: (head: Head) => boolean;
  /**
   * For tables whose dates may be written in two orders: sees the whole input before its first record is read. Null:
   * the head shows that it need not.
   */
  survey?: (head: Head) => DateSurvey | null;
  /** Begins an input. @param order what the survey found @returns what reads segment after segment */
  begin: (head: Head, order?: DateOrder) => (segment: Segment) => Iterable<SourceRecord>;
  /** What a segment says depends on those before it: a header line, a line that dates a page. */
  remembers?: true;
  /** The contract where an element names none: with `format`, what names this reader to another thread. */
  implied?: ObservedEvent['type'] | null;
  /** For wrappers: why one without a record in it is no input. */
  whyEmpty?: (head: Head) => string;
  /** What it reads may name persons: its bytes are sealed where they are kept. */
  namesPersons?: boolean;
  /** Whether one without a record says that there is nothing, and does not just point elsewhere. */
  isEmptyList?: (head: Head) => boolean;
}>;

/** Looks at every segment of an input for the order of its dates. */
export type DateSurvey = Readonly<{ see: (segment: Segment) => void; order: () => DateOrder }>;

/** A record with one event, or with the reason why it has none. */
export const recordOf = (place: string, from: number, length: number, read: Draft | Refusal): SourceRecord =>
  'type' in read ? { place, from, length, drafts: [read] } : { place, from, length, refusals: [read] };

export const refuse = (place: string, reason: string, expected: string): Refusal => ({ place, reason, expected });

/** A column that does not fit beside others that do: a bad value of rain loses no stage. */
export const leftOut = ({ place, reason, expected }: Refusal): string =>
  `该列未收：${place}: ${reason}（应为 ${expected}）/ this column was left out, the others of its row stand`;

/**
 * A record as `read` makes it, or refused with what it threw.
 * @param placed names the place in the record for the issuer; as it was thrown unless the format writes it otherwise
 */
export function guarded(
  at: Readonly<{ place: string; from: number; length: number }>,
  read: () => Readonly<{ drafts: readonly Draft[]; notes?: readonly string[] }> | SourceRecord,
  placed: (inside: string) => string = (inside) => inside,
): SourceRecord {
  try {
    return { ...at, ...read() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ...at, refusals: [refuse(placed(error.place), error.reason, error.expected)] };
  }
}

/** A refusal from the depth of a reader; whoever reads the record turns it into one. */
export class Unreadable extends Error {
  constructor(
    readonly place: string,
    readonly reason: string,
    readonly expected: string,
  ) {
    super(reason);
  }
}
