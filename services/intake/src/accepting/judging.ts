import type { ObservedEvent, OrderV1, Refusal, UtcInstant } from '@fengsui/contracts';
import type { Note } from '../keeping/kept-inputs.js';
import { believe, type Sender } from './believing.js';
import { placedIn, type CheckedEvent, type CheckedRecord, type RecordPlace } from './checking.js';
import type { Sameness } from './identity.js';
import { givenBy, isOrder, type Way } from './ways-in.js';

/** An event as this way in may send it, before it is known whether the same fact is here already. */
export type Candidate = Readonly<{ event: ObservedEvent; sameness: Sameness; content: string; record: RecordPlace }>;
export type Judged =
  Readonly<{ candidates: readonly Candidate[]; notes: readonly Note[] }> | Readonly<{ refusals: readonly Refusal[] }>;
type Fitting = Extract<CheckedRecord, { events: readonly CheckedEvent[] }>;
/** What the one who feeds may send: null, or why not. The place is that in the event. */
export type Permit = (event: ObservedEvent) => Refusal | null;

/**
 * A record is accepted or refused whole; what is refused claims no identity, so a broken copy never blocks the good
 * one.
 */
export function judge(record: CheckedRecord, way: Way, now: UtcInstant, permit?: Permit): Judged {
  if (record.refusals !== undefined) return { refusals: record.refusals };
  const judged = record.events.map((checked) => candidateOf(checked, record, way, now, permit));
  const refusals = judged.flatMap((one) => ('reason' in one ? placedIn(record.place, one) : []));
  if (refusals.length > 0) return { refusals };
  const candidates = judged as Candidate[];
  const odd = [...record.notes, ...candidates.flatMap(({ event }) => doubts(event))];
  return { candidates, notes: odd.map((note) => ({ place: record.place, note })) };
}

function candidateOf(
  { event: unsigned, sameness, content, named }: CheckedEvent,
  record: Fitting,
  way: Way,
  now: UtcInstant,
  permit?: Permit,
): Candidate | Refusal {
  const anonymous = { ...unsigned, recordedAt: now };
  const forbidden = permit?.(anonymous) ?? null;
  if (forbidden !== null) return forbidden;
  const trusted = believed(anonymous, record.signedBy, way.senders, now);
  if ('reason' in trusted) return trusted;
  const event = signed(trusted, named, way, now);
  return 'reason' in event ? event : { event, sameness, content, record };
}

/** What a person should know of a warning that proposes nothing by itself. */
const doubts = (event: ObservedEvent): string[] =>
  event.type === 'weather-warning.v1' && event.data.trust !== undefined && event.data.trust.standing !== 'entitled'
    ? [`evidence only: ${event.data.trust.reason}`]
    : [];

/** A warning with whether its sender may say so; anything else as it is. */
function believed(
  event: ObservedEvent,
  signedBy: string | null,
  senders: readonly Sender[],
  now: UtcInstant,
): ObservedEvent | Refusal {
  if (event.type !== 'weather-warning.v1') return event;
  const trust = believe(event.data, signedBy, senders, now);
  return 'place' in trust ? trust : { ...event, data: { ...event.data, trust } };
}

/** An order with who gave it and by which right; anything else as it is. */
function signed(event: ObservedEvent, named: unknown, way: Way, now: UtcInstant): ObservedEvent | Refusal {
  if (!isOrder(event)) return event;
  const by = givenBy(event, named, way, now);
  return 'reason' in by ? by : ({ ...event, data: { ...event.data, ...by } } as OrderV1);
}
