import { CONTRACTS, type ObservedEvent, type Refusal } from '@fengsui/contracts';
import { SettingsError } from '@fengsui/settings';
import { instantAt, isZone, wallReader, type Wall } from '../local-time.js';
import { leftOut, refuse, Unreadable, type Draft, type Reader } from '../reader.js';
import { decimal, degrees, instantOf } from '../text.js';
import { NAMES_PERSONS } from '../../persons/pseudonyms.js';
import {
  factorTo,
  type MappedBy,
  type MappedCondition,
  type MappedEvent,
  type MappedTime,
  type MappedValue,
  type Mapping,
} from './mapping.js';
import { readsTwoWays, twoWays, type DateOrder } from './date-order.js';
import { cellAt } from './firms-csv.js';
import { csvReader, type RowReader } from './rows.js';

/** One row while it is read: its fields and its time. */
type Row = Readonly<{ fields: readonly string[]; place: string; time: RowTime }>;
type RowTime = Readonly<{ at: string; precision: string }>;
type Make = (row: Row) => unknown;

/** Left out of the object that it would stand in. */
const ABSENT = Symbol('absent');

/**
 * The reader that a mapping file describes.
 * @throws SettingsError naming the file's place where it asks for what cannot be: an unknown contract, unit, zone or
 * column
 */
export function mappedCsv(mapping: Mapping): Reader {
  const fixed = mapping.header?.map((name) => name.trim());
  const wanted = mapping.columns ?? [];
  if (fixed === undefined && wanted.length === 0) fault(mapping, 'header', 'missing', 'header, or columns');
  const columns = (header: readonly string[], order: DateOrder): RowReader => rowReader(mapping, header, order);
  if (fixed !== undefined)
    columns(fixed, 'unknown'); // so that a mistake shows when the plan is loaded, not when the first row comes
  else columns(wanted, 'unknown');
  const reader = csvReader(
    mapping.format,
    mapping.about,
    (header) =>
      fixed === undefined
        ? wanted.every((name) => header.includes(name))
        : header.length === fixed.length && header.every((name, n) => name === fixed[n]),
    columns,
    // One that lists both orders leaves it to each file; one that lists one knows its source.
    openPatterns(mapping.time).length > 0
      ? { dates: (header) => ({ column: header.indexOf(mapping.time.column ?? ''), spanDays: null }) }
      : {},
  );
  return { ...reader, namesPersons: mapping.events.some(({ contract }) => NAMES_PERSONS.has(contract)) };
}

function rowReader(mapping: Mapping, header: readonly string[], order: DateOrder): RowReader {
  const at = (name: string): number => columnAt(mapping, header, name);
  const timeOf = timeReader(mapping, at, order);
  const refusals = (mapping.refuse ?? []).map(({ when, reason, expected }) => ({
    when: condition(when, at),
    reason,
    expected,
  }));
  const events = mapping.events.map((event) => eventMaker(mapping, event, header, at));
  return (fields, place) => {
    try {
      const refused = refusals.find(({ when }) => when(fields));
      if (refused !== undefined) return refuse(place, refused.reason, refused.expected);
      const time = timeOf(fields);
      const drafts: Draft[] = [];
      const bad: Refusal[] = [];
      for (const make of events)
        try {
          drafts.push(...make(fields, place, time));
        } catch (error) {
          bad.push(refusalOf(error, place));
        }
      if (drafts.length > 0) return { drafts, notes: bad.map(leftOut) };
      return bad.length > 0 ? bad : refuse(place, 'no value in any column', 'at least one measurement');
    } catch (error) {
      return refusalOf(error, place);
    }
  };
}

/** @throws whatever is no fault of the row */
function refusalOf(error: unknown, place: string): Refusal {
  if (!(error instanceof Unreadable)) throw error;
  return refuse(`${place}, ${error.place}`, error.reason, error.expected);
}

function columnAt(mapping: Mapping, header: readonly string[], name: string): number {
  const numbered = /^#(\d{1,3})$/.exec(name);
  const index = numbered === null ? header.indexOf(name) : Number(numbered[1]) - 1;
  if (index < 0 || index >= header.length) return fault(mapping, name, 'no such column', `one of ${header.join(', ')}`);
  return index;
}

function eventMaker(mapping: Mapping, event: MappedEvent, header: readonly string[], at: (name: string) => number) {
  if (!(event.contract in CONTRACTS))
    fault(mapping, 'contract', event.contract, `one of ${Object.keys(CONTRACTS).join(', ')}`);
  const type = event.contract as ObservedEvent['type'];
  const holds = event.when === undefined ? () => true : condition(event.when, at);
  const needs = (event.needs ?? []).map((name) => ({ index: at(name), isMissing: missing(sentinelsOf(event, name)) }));
  const stars =
    event.each === undefined
      ? [NO_STAR]
      : starred(event.each, header).filter(({ name }) => event.except?.includes(name) !== true);
  if (stars.length === 0) fault(mapping, 'each', `${event.each} fits no column`, 'a name with one *');
  const makers = stars.map((star) => new Compiler(mapping, header, at, star).object(event.data));
  return (fields: readonly string[], place: string, time: RowTime): Draft[] => {
    const absent = needs.some(({ index, isMissing }) => {
      const written = (fields[index] as string).trim();
      return written === '' || isMissing(written);
    });
    if (absent || !holds(fields)) return [];
    const row = { fields, place, time };
    return makers.map((make) => ({ type, occurredAt: time.at, data: make(row) }));
  };
}

/** What the event's own values take for "not known" in a column. */
const sentinelsOf = (event: MappedEvent, column: string): string[] =>
  Object.values(event.data).flatMap((value) =>
    value !== null && typeof value === 'object' && 'column' in value && value.column === column
      ? (value.missing ?? [])
      : [],
  );

/** The column that `each` stands at, and what its star stands for. */
type Star = Readonly<{ index: number; name: string; text: string }>;
const NO_STAR: Star = { index: -1, name: '', text: '' };

function starred(pattern: string, header: readonly string[]): Star[] {
  const [before = '', after = ''] = pattern.split('*');
  return header.flatMap((name, index) =>
    name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length
      ? [{ index, name, text: name.slice(before.length, name.length - after.length) }]
      : [],
  );
}

/** Turns what a mapping file says of a value into a function, once a file; the rows only call it. */
class Compiler {
  constructor(
    private readonly mapping: Mapping,
    private readonly header: readonly string[],
    private readonly columnOf: (name: string) => number,
    private readonly star: Star,
  ) {}

  object(values: Readonly<Record<string, unknown>>): Make {
    const makers = Object.entries(values).map(
      ([field, value]) => [field, this.value(field, value as MappedValue)] as const,
    );
    return (row) => {
      const made: Record<string, unknown> = {};
      for (const [field, make] of makers) {
        const value = make(row);
        if (value !== ABSENT) made[field] = value;
      }
      return made;
    };
  }

  private value(field: string, value: MappedValue): Make {
    if (value === null || typeof value !== 'object') return () => value;
    if ('group' in value) return this.object(value.group);
    if ('time' in value) return value.time === 'occurred' ? ({ time }) => time.at : ({ time }) => time.precision;
    if ('cell' in value) {
      const [latitude, longitude] = value.cell.map(this.columnOf) as [number, number];
      return ({ fields }) => cellAt(degrees(fields[latitude]), degrees(fields[longitude]));
    }
    if ('minutesBetween' in value) return this.between(value.minutesBetween as [string, string]);
    if ('text' in value) return this.template(value);
    return this.column(field, value);
  }

  private template({ text, aliases = {}, prefix = '' }: Extract<MappedValue, { text: string }>): Make {
    const parts = text
      .split(/\{([^{}]*)\}/)
      .map((part, index): string | number =>
        index % 2 === 0 ? part : part === '*' ? this.star.text : this.columnOf(part),
      );
    return ({ fields }) => {
      const written = parts.map((part) => (typeof part === 'string' ? part : (fields[part] as string).trim())).join('');
      return `${prefix}${aliases[written] ?? written}`;
    };
  }

  private between([from, to]: [string, string]): Make {
    const [first, second] = [from, to].map((name) =>
      timeReader({ ...this.mapping, time: { ...this.mapping.time, column: name } }, this.columnOf),
    );
    return ({ fields }) => (Date.parse(second?.(fields).at ?? '') - Date.parse(first?.(fields).at ?? '')) / 60_000;
  }

  private column(field: string, value: Extract<MappedValue, { column: string }>): Make {
    const index = value.column === '*' ? this.star.index : this.place(value);
    if (index === -1) return () => ABSENT;
    const isMissing = missing(value.missing ?? []);
    const holds = value.when === undefined ? () => true : condition(value.when, this.columnOf);
    const none = value.optional === true ? ABSENT : null;
    const convert = this.conversion(field, value);
    const words = value.words === undefined ? null : new Map(Object.entries(value.words));
    const prefixes = [...(words ?? [])]
      .filter(([word]) => word.endsWith('*'))
      .map(([word, meant]) => [word.slice(0, -1), meant] as const);
    const { aliases = {}, prefix = '' } = value;
    return ({ fields, ...row }) => {
      const written = (fields[index] as string).trim();
      if (!holds(fields)) return none;
      if (words !== null) {
        const meant = words.has(written)
          ? words.get(written)
          : prefixes.find(([begin]) => written.startsWith(begin))?.[1];
        if (meant === undefined)
          throw new Unreadable(
            value.column,
            JSON.stringify(written.slice(0, 60)),
            `one of ${[...words.keys()].slice(0, 30).join(', ')}`,
          );
        return meant === null ? none : meant;
      }
      if (written === '' || isMissing(written)) return none;
      return convert === null ? `${prefix}${aliases[written] ?? written}` : convert(written, { fields, ...row });
    };
  }

  /** @returns -1 for a column that some tables of the format do not have */
  private place({ column, maybe }: Extract<MappedValue, { column: string }>): number {
    return maybe === true && !this.header.includes(column) ? -1 : this.columnOf(column);
  }

  private conversion(
    field: string,
    { column, unit, number, degrees: inDegrees }: Extract<MappedValue, { column: string }>,
  ): ((text: string, row: Row) => number) | null {
    if (unit === undefined && number !== true && inDegrees !== true) return null;
    const read = (text: string): number => {
      const value = inDegrees === true ? degrees(text) : decimal(text);
      if (Number.isNaN(value))
        throw new Unreadable(
          column,
          JSON.stringify(text.slice(0, 60)),
          inDegrees === true ? '十进制度，或度分秒 / degrees, decimal or as 113°41′13″' : 'a decimal number',
        );
      return value;
    };
    if (unit === undefined) return read;
    const factor = (name: string): number =>
      factorTo(field, name) ??
      fault(this.mapping, `${field}, unit`, JSON.stringify(name), 'a unit that goes with the field');
    if (typeof unit === 'string') {
      const by = factor(unit);
      return by === 1 ? read : (text) => rounded(read(text) * by);
    }
    const names = chosenBy(unit, this.columnOf, this.mapping);
    const factors = new Map(
      [...Object.values(unit.of), ...(unit.default === undefined ? [] : [unit.default])].map((name) => [
        name,
        factor(name),
      ]),
    );
    return (text, { fields }) => rounded(read(text) * (factors.get(names(fields)) ?? NaN));
  }
}

/** A foot is exact, its binary product is not: a hundredth of a millimetre is finer than any gauge. */
const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;

function condition(
  { column, in: texts }: MappedCondition,
  at: (name: string) => number,
): (fields: readonly string[]) => boolean {
  const index = at(column);
  const exact = new Set(texts.filter((one) => !one.endsWith('*')));
  const begins = texts.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1));
  return (fields) => {
    const written = (fields[index] as string).trim();
    return exact.has(written) || begins.some((begin) => written.startsWith(begin));
  };
}

function chosenBy(by: MappedBy, at: (name: string) => number, mapping: Mapping): (fields: readonly string[]) => string {
  const index = at(by.column);
  const of = new Map(Object.entries(by.of));
  return (fields) => {
    const written = (fields[index] as string).trim();
    const chosen = of.get(written) ?? by.default;
    if (chosen === undefined)
      throw new Unreadable(
        by.column,
        JSON.stringify(written.slice(0, 60)),
        `one of ${[...of.keys()].slice(0, 60).join(', ')} (${mapping.format})`,
      );
    return chosen;
  };
}

/** Compared as texts, and where both are numbers as numbers: 77.7777 is 77.77770000. */
function missing(sentinels: readonly string[]): (text: string) => boolean {
  const texts = new Set(sentinels);
  const numbers = new Set(sentinels.map(decimal).filter((one) => !Number.isNaN(one)));
  return (text) => texts.has(text) || (numbers.size > 0 && numbers.has(decimal(text)));
}

/** A pattern with day and month exchanged. */
const mirrored = (pattern: string): string =>
  pattern.replace(/MM|M|dd|d/g, (part) => ({ MM: 'dd', M: 'd', dd: 'MM', d: 'M' })[part] as string);
/** Patterns that a mapping lists in both orders. */
const openPatterns = ({ patterns = [] }: MappedTime): string[] =>
  patterns.filter((one) => one !== mirrored(one) && patterns.includes(mirrored(one)));
const monthFirst = (pattern: string): boolean => pattern.indexOf('M') < pattern.indexOf('d');
/** Year first is year, month, day, and needs no mapping; with a clock, as spreadsheets write it. */
const YEAR_FIRST = [
  'yyyy-MM-dd HH:mm:ss',
  'yyyy-MM-dd HH:mm',
  'yyyy/M/d H:mm:ss',
  'yyyy/M/d H:mm',
  'yyyy年M月d日H时m分',
];

function timeReader(
  mapping: Mapping,
  at: (name: string) => number,
  order: DateOrder = 'unknown',
): (fields: readonly string[]) => RowTime {
  const { time } = mapping;
  const zone = zoneReader(mapping, at);
  const least = time.precision ?? 'minute';
  if (time.parts !== undefined) return partsReader(time.parts, time.unknown ?? [], least, zone, at);
  if (time.column === undefined || time.patterns === undefined)
    return fault(mapping, 'time', 'neither column and patterns nor parts', 'one of the two');
  const odd = time.patterns.find(
    (pattern) => pattern !== 'iso' && /[A-Za-z]/.test(pattern.replace(/yyyy|yy|MM?|dd?|HH?|hh?|mm?|ss?|a|T|Z/g, '')),
  );
  if (odd !== undefined)
    fault(mapping, 'time/patterns', JSON.stringify(odd), 'yyyy yy MM M dd d HH H hh h mm m ss s a');
  const index = at(time.column);
  const column = time.column;
  const open = openPatterns(time);
  const wrong =
    order === 'month-first'
      ? open.filter((one) => !monthFirst(one))
      : order === 'day-first'
        ? open.filter(monthFirst)
        : [];
  const proved = wrong.length > 0;
  const patterns = [
    ...time.patterns.filter((one) => !wrong.includes(one)),
    ...(time.zone === undefined ? [] : YEAR_FIRST),
  ].map((pattern) => ({ pattern, read: pattern === 'iso' ? null : wallReader(pattern) }));
  if (time.zone === undefined && patterns.some(({ read }) => read !== null))
    fault(mapping, 'time/zone', 'missing', 'the zone of times that do not name theirs');
  const known = new Map<string, RowTime>();
  return (fields) => {
    const written = (fields[index] as string).trim();
    const zoned = zone(fields);
    const key = `${zoned} ${written}`;
    const held = known.get(key);
    if (held !== undefined) return held;
    if (open.length > 0 && !proved && readsTwoWays(written)) {
      const { reason, expected } = twoWays('', written);
      throw new Unreadable(column, reason, expected);
    }
    for (const { pattern, read } of patterns) {
      const wall = read?.(written) ?? null;
      const instant = read === null ? instantOf(written) : wall === null ? null : instantAt(wall, zoned);
      if (instant === null) continue;
      const found = { at: instant, precision: coarser(least, /[Hh]|iso/.test(pattern) ? 'minute' : 'day') };
      if (known.size > 10_000) known.clear();
      known.set(key, found);
      return found;
    }
    throw new Unreadable(
      column,
      `${JSON.stringify(written.slice(0, 60))} is no time`,
      time.patterns?.join(', or ') ?? '',
    );
  };
}

function partsReader(
  parts: NonNullable<MappedTime['parts']>,
  unknown: readonly string[],
  least: string,
  zone: (fields: readonly string[]) => string,
  at: (name: string) => number,
): (fields: readonly string[]) => RowTime {
  const isUnknown = missing(unknown);
  const part = (name: string | undefined): ((fields: readonly string[]) => number | null) => {
    if (name === undefined) return () => null;
    const index = at(name);
    return (fields) => {
      const written = (fields[index] as string).trim();
      if (isUnknown(written)) return null;
      if (!/^\d{1,4}$/.test(written))
        throw new Unreadable(name, JSON.stringify(written.slice(0, 40)), 'a whole number');
      return Number(written);
    };
  };
  const [year, month, day, hour, minute] = [parts.year, parts.month, parts.day, parts.hour, parts.minute].map(part);
  return (fields) => {
    const [y, m, d, h, min] = [year, month, day, hour, minute].map((read) => read?.(fields) ?? null);
    if (y === null || y === undefined) throw new Unreadable(parts.year, 'not known', 'a year');
    const precision =
      m === null ? 'year' : d === null ? 'month' : h === null ? 'day' : min === null ? 'hour' : 'minute';
    // Below what is not known nothing counts: an hour without its day is no time.
    const wall: Wall = {
      year: y,
      month: m ?? 1,
      day: m === null ? 1 : (d ?? 1),
      hour: m === null || d === null ? 0 : (h ?? 0),
      minute: m === null || d === null || h === null ? 0 : (min ?? 0),
      second: 0,
    };
    const instant = instantAt(wall, zone(fields), least !== 'minute');
    if (instant === null)
      throw new Unreadable(
        parts.day,
        `${wall.year}-${wall.month}-${wall.day} ${wall.hour}:${wall.minute}`,
        'a date and hour that the calendar has',
      );
    return { at: instant, precision: coarser(least, precision) };
  };
}

const PRECISIONS = ['minute', 'hour', 'day', 'month', 'year'];
const coarser = (a: string, b: string): string => (PRECISIONS.indexOf(a) > PRECISIONS.indexOf(b) ? a : b);

function zoneReader(mapping: Mapping, at: (name: string) => number): (fields: readonly string[]) => string {
  const { zone = 'UTC' } = mapping.time;
  const zones =
    typeof zone === 'string'
      ? [zone]
      : [...Object.values(zone.of), ...(zone.default === undefined ? [] : [zone.default])];
  for (const one of zones)
    if (!isZone(one))
      fault(
        mapping,
        'time/zone',
        JSON.stringify(one),
        'UTC, an offset such as +05:30, or a name of the time zone database',
      );
  return typeof zone === 'string' ? () => zone : chosenBy(zone, at, mapping);
}

function fault(mapping: Mapping, place: string, found: string, expected: string): never {
  throw new SettingsError(`the mapping ${mapping.format} does not fit`, [`${place}: ${found}; expected ${expected}`]);
}
