import { createHash } from 'node:crypto';
import {
  checkEvent,
  type IncidentV1,
  type ObservedEvent,
  type OrderV1,
  type Refusal,
  type UtcInstant,
} from '@fengsui/contracts';
import { gradeOf } from '@fengsui/rules';
import { samenessOf, type Sameness } from './identity.js';
import type { Note } from '../keeping/kept-inputs.js';
import { believe, type Sender } from './believing.js';
import { givenBy, isOrder, type Way } from './ways-in.js';
import type { Draft, SourceRecord } from '../readers/reader.js';

/** An event that fits its contract, before it is known whether the same fact is here already. */
export type Candidate = Readonly<{ event: ObservedEvent; sameness: Sameness; content: string; record: SourceRecord }>;
export type Judged =
  Readonly<{ candidates: readonly Candidate[]; notes: readonly Note[] }> | Readonly<{ refusals: readonly Refusal[] }>;
/** What the one who feeds may send: null, or why not. The place is that in the event. */
export type Permit = (event: ObservedEvent) => Refusal | null;

/**
 * A record is accepted or refused whole; what is refused claims no identity, so a broken copy never blocks the good
 * one.
 */
export function judge(record: SourceRecord, way: Way, now: UtcInstant, permit?: Permit): Judged {
  if (record.refusals !== undefined) return { refusals: record.refusals };
  const checked = record.drafts.map((draft) => candidateOf(draft, record, way, now, permit));
  const refusals = checked.flatMap((one) => (Array.isArray(one) ? one : []));
  if (refusals.length > 0) return { refusals };
  const candidates = checked as Candidate[];
  const odd = [
    ...(record.notes ?? []),
    ...candidates.flatMap(({ event }) => doubts(event)),
    ...candidates.flatMap(({ event }) => (event.type === 'incident.v1' ? gradeNotes(event) : [])),
  ];
  return { candidates, notes: odd.map((note) => ({ place: record.place, note })) };
}

function candidateOf(
  { type, occurredAt, data }: Draft,
  record: SourceRecord,
  way: Way,
  now: UtcInstant,
  permit?: Permit,
): Candidate | Refusal[] {
  // Who gives an order and by which right is found here, whatever the message says; it is no part of what makes two
  // orders the same.
  const order = type === 'order.v1' && data !== null && typeof data === 'object' ? data : null;
  const named = order === null ? withoutTrust(type, data) : withoutRight({ ...order, actor: way.actor });
  const blank = { id: '-', type, key: '-', occurredAt, recordedAt: now, correlationId: '-', causes: [], data: named };
  const checked = checkEvent(type, blank);
  const placed = (refusal: Refusal): Refusal => ({
    ...refusal,
    place: [record.place, refusal.place.replace(/^data\//, '')].filter((part) => part !== '').join(', '),
  });
  if (!checked.ok) return checked.refusals.map(placed);
  const sameness = samenessOf(type, checked.value.data as never, occurredAt);
  if (sameness.identity.length > MAX_IDENTITY || sameness.key.length > MAX_IDENTITY)
    return [
      {
        place: record.place,
        reason: `its identity has more than ${MAX_IDENTITY} characters`,
        expected: 'shorter identifiers',
      },
    ];
  const anonymous = {
    ...checked.value,
    id: sameness.identity,
    key: sameness.key,
    correlationId: sameness.correlation,
  } as ObservedEvent;
  const forbidden = permit?.(anonymous) ?? tooManyPoints(anonymous);
  if (forbidden !== null) return [placed(forbidden)];
  const trusted = believed(anonymous, record, way.senders, now);
  if ('reason' in trusted) return [placed(trusted)];
  const event = signed(trusted, (order as { actor?: unknown } | null)?.actor, way, now);
  if ('reason' in event) return [placed(event)];
  const content = sameness.contentMatters
    ? contentOf(occurredAt, order === null ? named : { ...withoutRight(order), actor: '' })
    : 'any';
  return { event, sameness, content, record };
}

const MAX_IDENTITY = 380;

/** What a person should know of a warning that proposes nothing by itself. */
const doubts = (event: ObservedEvent): string[] =>
  event.type === 'weather-warning.v1' && event.data.trust !== undefined && event.data.trust.standing !== 'entitled'
    ? [`evidence only: ${event.data.trust.reason}`]
    : [];

/** A real alert has had 93,040 points; more than this is no outline of anything. */
const MOST_POINTS = 1_000_000;

function tooManyPoints(event: ObservedEvent): Refusal | null {
  if (event.type !== 'weather-warning.v1') return null;
  const polygons = event.data.infos.flatMap(({ areas }) => areas).flatMap((area) => area.polygons);
  const points = polygons.reduce((sum, polygon) => sum + polygon.length, 0);
  return points <= MOST_POINTS
    ? null
    : { place: 'data/infos', reason: `${points} points in its outlines`, expected: `at most ${MOST_POINTS}` };
}

/** Whatever a message says of its own sender's standing is nothing. */
function withoutTrust(type: string, data: unknown): unknown {
  if (type !== 'weather-warning.v1' || data === null || typeof data !== 'object') return data;
  const { trust: _, ...rest } = data as Readonly<{ trust?: unknown }>;
  return rest;
}

const withoutRight = (order: object): object => {
  const { right: _, ...data } = order as Readonly<{ right?: unknown }>;
  return data;
};

/** A warning with whether its sender may say so; anything else as it is. */
function believed(
  event: ObservedEvent,
  { signedBy = null }: SourceRecord,
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

/** A grade that the source gives and Decree 493 does not: a person should look, figures take the derived one. */
function gradeNotes({ data }: IncidentV1): string[] {
  const { officialGrade, deaths, seriousInjuries, category } = data;
  if (officialGrade === undefined) return [];
  const loss = category === 'fire' ? data.propertyLossYuan : data.economicLossYuan;
  const derived = gradeOf(deaths ?? 0, seriousInjuries ?? 0, loss ?? 0);
  return derived === officialGrade
    ? []
    : [`the source grades it ${officialGrade}; by its numbers it is ${derived} (Decree 493 art. 3)`];
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
  const sorted: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) sorted[name] = ordered((value as Record<string, unknown>)[name]);
  return sorted;
}
