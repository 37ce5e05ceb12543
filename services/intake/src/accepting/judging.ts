import type { ObservedEvent, OrderV1, Refusal, UtcInstant } from '@fengsui/contracts';
import type { Named } from '../persons/pseudonyms.js';
import type { Note, Unknown } from '../keeping/kept-inputs.js';
import { outOfReason } from './ahead.js';
import { believe, endable, senderOf } from './believing.js';
import { placed } from './placing.js';
import { contentOf, placedIn, type CheckedEvent, type CheckedRecord, type RecordPlace } from './checking.js';
import { samenessOf, type Sameness } from './identity.js';
import { givenBy, isOrder, strayLedger, type Way } from './ways-in.js';

/** An event as this way in may send it, before it is known whether the same fact is here already. */
export type Candidate = Readonly<{
  event: ObservedEvent;
  sameness: Sameness;
  content: string;
  record: RecordPlace;
  notes: readonly string[];
  /** What the plan does not know of it. */ unknown: readonly Unknown[];
}>;
export type Judged =
  | Readonly<{
      candidates: readonly Candidate[];
      notes: readonly Note[];
      /** Whom its pseudonyms stand for. */ named: readonly Named[];
    }>
  | Readonly<{ refusals: readonly Refusal[] }>;
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
  const odd = [...record.notes, ...candidates.flatMap(({ event, notes }) => [...notes, ...doubts(event)])];
  return { candidates, notes: odd.map((note) => ({ place: record.place, note })), named: record.named ?? NOBODY };
}

function candidateOf(
  checked: CheckedEvent,
  record: Fitting,
  way: Way,
  now: UtcInstant,
  permit?: Permit,
): Candidate | Refusal {
  const { event: unsigned, sameness, content, named } = byItsStation(checked, way);
  const anonymous = { ...unsigned, recordedAt: now };
  const forbidden =
    outOfReason(anonymous, now, way.ahead) ?? strayLedger(anonymous, way) ?? permit?.(anonymous) ?? null;
  if (forbidden !== null) return forbidden;
  const trusted = believed(anonymous, record.signedBy, way, now);
  if ('reason' in trusted) return trusted;
  const event = signed(trusted.event, named, way, now);
  if ('reason' in event) return event;
  const stranger = strangerOf(event, way);
  const notes = stranger.note === null ? trusted.notes : [...trusted.notes, stranger.note];
  return {
    event,
    sameness,
    content,
    record,
    notes,
    unknown: stranger.unknown.length > 0 ? stranger.unknown : trusted.unknown,
  };
}

/** A reading or forecast under the name that the plan has for its station. */
function byItsStation(checked: CheckedEvent, { stations }: Way): CheckedEvent {
  const { event } = checked;
  if (event.type !== 'reading.v1' && event.type !== 'flood-forecast.v1') return checked;
  const station = stations.meantBy(event.data.station);
  if (station === null) return checked;
  const data = { ...event.data, station } as typeof event.data;
  const sameness = samenessOf(event.type, data as never, event.occurredAt);
  const { identity: id, key, correlation: correlationId } = sameness;
  return {
    ...checked,
    event: { ...event, id, key, correlationId, data } as ObservedEvent,
    sameness,
    content: contentOf(event.occurredAt, data),
  };
}

const NOBODY: readonly Named[] = [];
const NO_STRANGER: Readonly<{ note: string | null; unknown: readonly Unknown[] }> = { note: null, unknown: [] };

/** A station that the plan does not know: its readings are kept, and weighed nowhere. */
function strangerOf(event: ObservedEvent, { stations, told }: Way) {
  if (event.type !== 'reading.v1' && event.type !== 'flood-forecast.v1') return NO_STRANGER;
  const { station } = event.data;
  if (stations.knows(station)) return NO_STRANGER;
  const unknown = [{ kind: 'station' as const, name: station }];
  if (told.has(station)) return { note: null, unknown };
  told.add(station);
  const near = stations.near(station);
  const meant = near.length === 0 ? '' : `；相近的有 ${near.join('、')}（写入 gauges.csv 的 aliases 即可归并）`;
  const note = `预案中没有测站“${station}”，只留存，不参与研判${meant} / no station of the plan: kept, weighed nowhere`;
  return { note, unknown };
}

/** What a person should know of a warning that proposes nothing by itself. */
const doubts = (event: ObservedEvent): string[] =>
  event.type === 'weather-warning.v1' && event.data.trust !== undefined && event.data.trust.standing !== 'entitled'
    ? [`evidence only: ${event.data.trust.reason}`]
    : [];

/** A warning with where it holds and whether its sender may say so; anything else as it is. */
function believed(
  event: ObservedEvent,
  signedBy: string | null,
  { senders, divisions }: Way,
  now: UtcInstant,
): Readonly<{ event: ObservedEvent; notes: readonly string[]; unknown: readonly Unknown[] }> | Refusal {
  if (event.type !== 'weather-warning.v1') return { event, notes: [], unknown: [] };
  const own = senderOf(event.data.sender, senders);
  const where =
    own === null ? { signals: event.data.signals, notes: [], places: [] } : placed(event.data, own, divisions);
  const references = endable(event.data, senders, signedBy !== null);
  const data = { ...event.data, signals: where.signals, references };
  const trust = believe(data, signedBy, senders, now);
  if ('place' in trust) return trust;
  const left = event.data.references.length - references.length;
  const notes =
    left === 0 ? where.notes : [...where.notes, `${left} references are to what ${data.sender} may not end`];
  const unknown: Unknown[] = [
    ...(own === null ? [{ kind: 'sender' as const, name: data.sender }] : []),
    ...where.places.map((name) => ({ kind: 'place' as const, name })),
  ];
  return { event: { ...event, data: { ...data, trust } }, notes, unknown };
}

/** An order with who gave it and by which right; anything else as it is. */
function signed(event: ObservedEvent, named: unknown, way: Way, now: UtcInstant): ObservedEvent | Refusal {
  if (!isOrder(event)) return event;
  const by = givenBy(event, named, way, now);
  return 'reason' in by ? by : ({ ...event, data: { ...event.data, ...by } } as OrderV1);
}
