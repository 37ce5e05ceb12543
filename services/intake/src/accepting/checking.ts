import { createHash } from 'node:crypto';
import {
  checkEvent,
  gravestOf,
  signalsOf,
  type IncidentV1,
  type ObservedEvent,
  type ReadingV1,
  type Refusal,
} from '@fengsui/contracts';
import { EXACT_POINTS } from '@fengsui/regions';
import { gradeOfReport } from '@fengsui/rules';
import { boxAround } from '../readers/cap/geometry.js';
import { signalNamed } from '../readers/china/signals.js';
import { NAMES_PERSONS, withoutNames, type Named, type Pseudonyms } from '../persons/pseudonyms.js';
import { leftOut, type Draft, type SourceRecord } from '../readers/reader.js';
import { FORBIDDEN, replacedNote } from '../readers/xml.js';
import { samenessOf, type Sameness } from './identity.js';
import { exerciseIn } from './exercises.js';
import { sentinelIn } from './sentinels.js';

/**
 * An event that fits its contract, whoever sent it and whenever: all that takes long is done, so that it can be done on
 * another thread. `recordedAt` is not set yet, nor by whom an order is given.
 */
export type CheckedEvent = Readonly<{
  event: ObservedEvent;
  sameness: Sameness;
  /** A hash of what is said, however it was written. */ content: string;
  /** Who the message itself says that gives the order. */ named: unknown;
  /** What a person should know of it. */ notes: readonly string[];
}>;
export type RecordPlace = Pick<SourceRecord, 'place' | 'from' | 'length'>;
/** A record whose events were held against their contracts: it is refused whole where one of them does not fit. */
export type CheckedRecord = RecordPlace &
  (
    | Readonly<{
        events: readonly CheckedEvent[];
        notes: readonly string[];
        signedBy: string | null;
        /** Whom its pseudonyms stand for. */ named?: readonly Named[];
        refusals?: never;
      }>
    | Readonly<{ events?: never; refusals: readonly Refusal[] }>
  );

/** @param pseudonyms stand in the place of names from here on */
export function check(
  { place, from, length, notes = [], ...record }: SourceRecord,
  pseudonyms: Pseudonyms,
): CheckedRecord {
  const at = { place, from, length };
  if (record.refusals !== undefined) return { ...at, refusals: record.refusals };
  // One array for all: this is done for every pixel.
  const events: CheckedEvent[] = [];
  const refusals: Refusal[] = [];
  let named: readonly Named[] = [];
  for (const written of record.drafts) {
    const { type } = written;
    const masked = NAMES_PERSONS.has(type) ? withoutNames(written, pseudonyms) : null;
    if (masked !== null && masked.named.length > 0) named = [...named, ...masked.named];
    const one = checkedOf(masked?.draft ?? written, place);
    if (Array.isArray(one)) refusals.push(...one);
    else events.push(one);
  }
  if (refusals.length > 0 && !(record.apart === true && events.length > 0)) return { ...at, refusals };
  const odd: string[] = [];
  for (const { event, notes: own } of events) {
    if (own.length > 0) odd.push(...own);
    if (event.type === 'incident.v1') odd.push(...incidentNotes(event));
  }
  for (const refusal of refusals) odd.push(leftOut(refusal));
  const all = odd.length === 0 ? notes : [...notes, ...odd];
  const signedBy = record.signedBy ?? null;
  // Two shapes and no spread: this is done for every row.
  return named.length === 0
    ? { place, from, length, events, notes: all, signedBy }
    : { place, from, length, events, notes: all, signedBy, named };
}

function checkedOf({ type, occurredAt, data: given }: Draft, place: string): CheckedEvent | Refusal[] {
  const outlines = outlinesOf(type, given);
  if ('reason' in outlines) return [placedIn(place, outlines)];
  const { data, notes } = type === 'weather-warning.v1' ? withoutForbidden(outlines) : outlines;
  // Who gives an order and by which right is found later, whatever the message says; it is no part of what makes two
  // orders the same.
  const plain = asSaid(type, data);
  const order = type === 'order.v1' && plain !== null && typeof plain === 'object' ? plain : null;
  const said = order === null ? plain : { ...withoutRight(order), actor: NOBODY };
  const blank = {
    id: '-',
    type,
    key: '-',
    occurredAt,
    recordedAt: ANY_TIME,
    correlationId: '-',
    causes: [],
    data: said,
  };
  const checked = checkEvent(type, blank);
  if (!checked.ok) return checked.refusals.map((refusal) => placedIn(place, refusal));
  const own = withSignals(checked.value.data);
  const sentinel = type === 'reading.v1' ? sentinelIn(own as ReadingV1['data']) : null;
  if (sentinel !== null) return [placedIn(place, sentinel)];
  const exercise = exerciseIn(type, own);
  if (exercise !== null) return [placedIn(place, exercise)];
  const sameness = samenessOf(type, own as never, occurredAt);
  if (sameness.identity.length > MAX_IDENTITY || sameness.key.length > MAX_IDENTITY)
    return [
      { place, reason: `its identity has more than ${MAX_IDENTITY} characters`, expected: 'shorter identifiers' },
    ];
  const event = {
    ...checked.value,
    data: own,
    id: sameness.identity,
    key: sameness.key,
    correlationId: sameness.correlation,
  } as ObservedEvent;
  return {
    event,
    sameness,
    content: sameness.contentMatters
      ? contentOf(occurredAt, order === null ? withoutSignals(own) : { ...withoutRight(order), actor: '' })
      : (sameness.later ?? ANY_CONTENT),
    named: (order as { actor?: unknown } | null)?.actor,
    notes,
  };
}

/** A refusal's place in the event, as a place in the input. */
export const placedIn = (place: string, refusal: Refusal): Refusal => ({
  ...refusal,
  place: [place, refusal.place.replace(/^data\//, '')].filter((part) => part !== '').join(', '),
});

/** Stand where intake will write; the contract asks for something there. */
const NOBODY = '-';
const ANY_TIME = '1970-01-01T00:00:00.000Z';
const MAX_IDENTITY = 380;
/** Of a fact whose content does not matter, as long as nothing was found out about it. */
export const ANY_CONTENT = 'any';

/** A real alert has had 93,040 points; more than this is no outline of anything. */
const MOST_POINTS = 1_000_000;
/** A real alert has had some hundreds; each county of a country is some thousands. */
const MOST_OUTLINES = 10_000;
/** Beyond this the event carries the boxes around its outlines: what travels is read by many, again and again. */
const MOST_CARRIED_POINTS = 100_000;

/**
 * Looked at before anything else: saying of each of a million things why it is wrong takes longer than reading them.
 * What is no warning, or not of its shape, is left to the contract.
 */
function outlinesOf(type: string, data: unknown): Readonly<{ data: unknown; notes: readonly string[] }> | Refusal {
  if (type !== 'weather-warning.v1') return { data, notes: [] };
  const infos = listIn(data, 'infos');
  const areas = infos.flatMap((info) => listIn(info, 'areas'));
  const polygons = areas.flatMap((area) => listIn(area, 'polygons'));
  const refusal = (reason: string, most: number): Refusal => ({
    place: 'data/infos',
    reason,
    expected: `at most ${most}`,
  });
  if (Math.max(areas.length, polygons.length) > MOST_OUTLINES)
    return refusal(`${areas.length} areas, ${polygons.length} outlines`, MOST_OUTLINES);
  const points = polygons.reduce<number>((sum, polygon) => sum + (Array.isArray(polygon) ? polygon.length : 0), 0);
  if (points > MOST_POINTS) return refusal(`${points} points in its outlines`, MOST_POINTS);
  if (points > MOST_CARRIED_POINTS)
    return {
      data: boxed(data, infos),
      notes: [`${points} points in its outlines: the boxes around them are used, which cover no less`],
    };
  const byBoxes = `${points} points in its outlines: counties are chosen by the boxes around them, never fewer`;
  return { data, notes: points > EXACT_POINTS ? [byBoxes] : [] };
}

/** The warning with boxes in the place of its outlines. What came in has them whole. */
const boxed = (data: unknown, infos: readonly unknown[]): unknown => ({
  ...(data as object),
  infos: infos.map((info) => ({
    ...(info as object),
    areas: listIn(info, 'areas').map((area) => ({
      ...(area as object),
      polygons: listIn(area, 'polygons').map((polygon) =>
        Array.isArray(polygon) && polygon.length > 0 && polygon.every(Array.isArray) ? boxAround(polygon) : polygon,
      ),
    })),
  })),
});

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[name] : null;
  return Array.isArray(list) ? list : [];
}

/** A warning whose texts hold no character that XML forbids: each is replaced, so that it can go out as CAP again. */
function withoutForbidden({ data, notes }: Readonly<{ data: unknown; notes: readonly string[] }>) {
  if (!holdsForbidden(data)) return { data, notes };
  let replaced = 0;
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(FORBIDDEN, () => ((replaced += 1), '\ufffd'));
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(clean);
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, clean(field)]));
  };
  const cleaned = clean(data);
  return { data: cleaned, notes: [...notes, replacedNote(replaced)] };
}

function holdsForbidden(value: unknown): boolean {
  if (typeof value === 'string') return value.search(FORBIDDEN) !== -1;
  if (value === null || typeof value !== 'object') return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsForbidden);
}

/**
 * Whatever a message says of its own sender's standing is nothing, and so is what it says that is to be weighed. But
 * for warnings, what says that it is real is what says nothing.
 */
function asSaid(type: string, data: unknown): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (type !== 'weather-warning.v1') return withoutActual(data);
  const { trust: _, ...rest } = data as Readonly<{ trust?: unknown }>;
  return { ...rest, signals: [] };
}

function withoutActual(data: object): object {
  // Nearly every row says nothing: those are not copied.
  if ((data as Readonly<{ status?: unknown }>).status !== 'Actual') return data;
  const { status: _, ...rest } = data as Readonly<{ status?: unknown }>;
  return rest;
}

/** A warning with its signals, and the gravest of them for lists; anything else as it is. */
function withSignals(data: ObservedEvent['data']): ObservedEvent['data'] {
  if (!('signals' in data)) return data;
  const signals = signalsOf(data, signalNamed);
  const gravest = gravestOf(signals);
  return {
    ...data,
    signals,
    eventCode: gravest?.eventCode ?? data.eventCode,
    colour: gravest?.colour ?? data.colour,
  };
}

/** What is compared to know a message again: what its issuer said, not what we made of it. */
function withoutSignals(data: ObservedEvent['data']): unknown {
  if (!('signals' in data)) return data;
  const { signals: _, ...rest } = data;
  return rest;
}

const withoutRight = (order: object): object => {
  const { right: _, ...data } = order as Readonly<{ right?: unknown }>;
  return data;
};

/** What cannot be so in a report of an accident: it is taken as it was said, and a person should look. */
function incidentNotes(event: IncidentV1): string[] {
  const { seriousInjuries, injuries, happenedAt, happenedPrecision = 'minute' } = event.data;
  const notes = gradeNotes(event);
  if (seriousInjuries !== null && injuries !== null && seriousInjuries > injuries)
    notes.push(`重伤${seriousInjuries}人多于受伤${injuries}人 / more seriously injured than injured at all`);
  // A time of which only the day is known is its beginning, and lies before any report of that day.
  if (event.occurredAt < happenedAt && happenedPrecision !== 'year' && happenedPrecision !== 'month')
    notes.push(`报告时间${event.occurredAt}早于事发时间${happenedAt} / reported before it happened`);
  return notes;
}

/** A grade that the source gives and Decree 493 does not: figures take the derived one. */
function gradeNotes({ data }: IncidentV1): string[] {
  const { officialGrade } = data;
  if (officialGrade === undefined) return [];
  const derived = gradeOfReport(data);
  return derived === officialGrade
    ? []
    : [`the source grades it ${officialGrade}; by its numbers it is ${derived} (Decree 493 art. 3)`];
}

/** A hash of what is said, however it was written: fields in one order. */
export const contentOf = (occurredAt: string, data: unknown): string =>
  createHash('sha256')
    .update(`${occurredAt} ${JSON.stringify(ordered(data))}`)
    .digest('hex')
    .slice(0, 32);

function ordered(value: unknown): unknown {
  // A point of an outline has no fields to be put in order.
  if (Array.isArray(value)) return value.every((one) => typeof one === 'number') ? value : value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const sorted: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) sorted[name] = ordered((value as Record<string, unknown>)[name]);
  return sorted;
}
