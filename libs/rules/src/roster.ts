import { addMinutes, minutesBetween, shanghaiMinute, utc, type UtcInstant } from '@fengsui/contracts';

/** People of a role take turns: the first has the shift that begins at `from`, then each the next. */
export type Rotation = Readonly<{
  role: string;
  /** Of this authority; without it of the city. */ authority?: string | undefined;
  people: readonly string[];
  from: UtcInstant;
  /** Equal shifts, in hours; or `shiftsAt`: minutes of the day in Beijing at which a shift begins, in their order. */
  shiftHours?: number | undefined;
  shiftsAt?: readonly number[] | undefined;
  /** Only shifts that begin on such days; of a role it goes before a rotation for all days. */
  during?: Days | undefined;
}>;
export const DAYS = ['holidays', 'workdays', 'flood-season', 'dry-season'] as const;
export type Days = (typeof DAYS)[number];
/** Which days are which, as `2026-10-01`, in Beijing. Weekends are holidays but where they are worked 调休. */
export type DutyCalendar = Readonly<{
  holidays: readonly Readonly<{ from: string; until: string }>[];
  workdays: readonly string[];
  /** `04-15` to `10-15`, both of them in it. */ floodSeason: Readonly<{ from: string; until: string }> | null;
}>;
/** A swap: for this time this person has the role instead. */
export type Override = Readonly<{
  role: string;
  authority?: string | undefined;
  person: string;
  from: UtcInstant;
  until: UtcInstant;
}>;
/** For this time this person has no role. */
export type Leave = Readonly<{ person: string; from: UtcInstant; until: UtcInstant }>;
export type Roster = Readonly<{
  version: string;
  rotations: readonly Rotation[];
  overrides: readonly Override[];
  leave: readonly Leave[];
  calendar: DutyCalendar;
  desk: string;
}>;

/** Who has a role, or why nobody has it: then the desk is called in their place. */
export type Turn = Readonly<{
  person: string;
  gap: string | null;
  /** Who has it and is on leave. */ away?: string;
}>;

const DAY = 1_440;
/** Beijing is eight hours ahead, all year. */
const AHEAD = 480;
const minuteOf = (at: UtcInstant): number => Math.floor(Date.parse(at) / 60_000) + AHEAD;

/**
 * Who has the role at this moment. Of overlapping swaps the narrower one counts, of several rotations of a role the
 * one that began last. A hole in the roster falls to the duty desk and is named: never nobody, never in silence.
 * @param authority whose people are wanted; where it has none in the role, the city's
 */
export function turnOf(roster: Roster, role: string, at: UtcInstant, authority: string | null = null): Turn {
  const mine = <T extends Readonly<{ role: string; authority?: string | undefined }>>(
    all: readonly T[],
    whose: string | null,
  ) => all.filter((row) => row.role === role && (row.authority ?? null) === whose);
  const whose = authority !== null && mine(roster.rotations, authority).length > 0 ? authority : null;
  const instead = mine(roster.overrides, whose)
    .filter(({ from, until }) => from <= at && at < until)
    .reduce<Override | null>((best, row) => (best === null || lengthOf(row) <= lengthOf(best) ? row : best), null);
  const person = instead?.person ?? inTurn(mine(roster.rotations, whose), roster.calendar, at);
  if (person === null) return { person: roster.desk, gap: `${role}: nobody takes turns in it then` };
  const away = roster.leave.some((row) => row.person === person && row.from <= at && at < row.until);
  return away
    ? { person: roster.desk, gap: `${role}: ${person} is on leave, and nobody stands in`, away: person }
    : { person, gap: null };
}

/** Who is called for a role at this moment: the desk, where nobody has it. */
export const onDuty = (roster: Roster, role: string, at: UtcInstant, authority: string | null = null): string =>
  turnOf(roster, role, at, authority).person;

const lengthOf = ({ from, until }: Override): number => minutesBetween(from, until);

function inTurn(rotations: readonly Rotation[], calendar: DutyCalendar, at: UtcInstant): string | null {
  const begun = rotations.filter(({ from, people }) => from <= at && people.length > 0);
  const special = begun.filter((row) => row.during !== undefined && isOf(row.during, beginOf(row, at), calendar));
  const meant = special.length > 0 ? special : begun.filter(({ during }) => during === undefined);
  const rotation = meant.reduce<Rotation | null>(
    (latest, row) => (latest === null || row.from >= latest.from ? row : latest),
    null,
  );
  if (rotation === null) return null;
  return rotation.people[shiftOf(rotation, at) % rotation.people.length] ?? null;
}

/** When the shift began that is on: a night shift is of the day on which it began. */
function beginOf({ from, shiftHours = 24, shiftsAt }: Rotation, at: UtcInstant): UtcInstant {
  if (shiftsAt === undefined) {
    const minutes = shiftHours * 60;
    return addMinutes(from, Math.floor(minutesBetween(from, at) / minutes) * minutes);
  }
  const minute = minuteOf(at);
  const today = shiftsAt.findLast((border) => border <= minute % DAY);
  const day = Math.floor(minute / DAY) - (today === undefined ? 1 : 0);
  return utc((day * DAY + (today ?? shiftsAt.at(-1) ?? 0) - AHEAD) * 60_000);
}

/** Whether a shift that begins then is on such a day. */
function isOf(days: Days, begin: UtcInstant, { holidays, workdays, floodSeason }: DutyCalendar): boolean {
  const date = shanghaiMinute(begin).slice(0, 10);
  if (days === 'flood-season' || days === 'dry-season') {
    if (floodSeason === null) return false;
    const { from, until } = floodSeason;
    const day = date.slice(5);
    const inside = from <= until ? from <= day && day <= until : day >= from || day <= until;
    return inside === (days === 'flood-season');
  }
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const free = holidays.some(({ from, until }) => from <= date && date <= until) || weekday === 0 || weekday === 6;
  return (free && !workdays.includes(date)) === (days === 'holidays');
}

/** The number of a shift since the rotation began, 0 for the first. */
function shiftOf({ from, shiftHours = 24, shiftsAt }: Rotation, at: UtcInstant): number {
  if (shiftsAt === undefined) return Math.floor(minutesBetween(from, at) / (shiftHours * 60));
  return bordersUpTo(shiftsAt, minuteOf(at)) - bordersUpTo(shiftsAt, minuteOf(from));
}

/** Somebody else has a role from a time on. */
export type TurnChange = Readonly<{ at: UtcInstant; from: string; to: string }>;

/** Every time at which a role passes from one person to another, after one time and up to another. */
export function changesOf(
  roster: Roster,
  role: string,
  authority: string | null,
  { after, upTo }: Readonly<{ after: UtcInstant; upTo: UtcInstant }>,
): readonly TurnChange[] {
  let had = onDuty(roster, role, after, authority);
  return borders(roster, after, addMinutes(upTo, 1 / 60_000)).flatMap((at) => {
    const [from, to] = [had, onDuty(roster, role, at, authority)];
    had = to;
    return at > after && from !== to ? [{ at, from, to }] : [];
  });
}

const bordersUpTo = (shiftsAt: readonly number[], minute: number): number =>
  Math.floor(minute / DAY) * shiftsAt.length + shiftsAt.filter((border) => border <= minute % DAY).length;

/** Every moment from one time to another at which somebody else may have a role. */
export function borders({ rotations, overrides, leave }: Roster, from: UtcInstant, until: UtcInstant): UtcInstant[] {
  const found = new Set<UtcInstant>([from]);
  const add = (at: UtcInstant): void => void (at > from && at < until && found.add(at));
  for (const one of [...overrides, ...leave]) [one.from, one.until].forEach(add);
  for (const rotation of rotations) {
    add(rotation.from);
    bordersOf(rotation, from, until).forEach(add);
  }
  return [...found].sort();
}

function bordersOf(rotation: Rotation, from: UtcInstant, until: UtcInstant): UtcInstant[] {
  const { shiftHours = 24, shiftsAt } = rotation;
  const start = rotation.from > from ? rotation.from : from;
  if (shiftsAt !== undefined) {
    const midnight = utc((minuteOf(start) - (minuteOf(start) % DAY) - AHEAD) * 60_000);
    const days = Math.ceil(Math.max(0, minutesBetween(midnight, until)) / DAY);
    return Array.from({ length: days }, (_, day) => shiftsAt.map((at) => addMinutes(midnight, day * DAY + at))).flat();
  }
  const minutes = shiftHours * 60;
  const first = Math.ceil(minutesBetween(rotation.from, start) / minutes);
  const count = Math.max(0, Math.ceil(minutesBetween(rotation.from, until) / minutes) - first);
  return Array.from({ length: count }, (_, n) => addMinutes(rotation.from, (first + n) * minutes));
}
