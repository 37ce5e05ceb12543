import { minutesBetween, type UtcInstant } from '@fengsui/contracts';

/** People of a role take turns: the first has the shift that begins at `from`, then each the next. */
export type Rotation = Readonly<{
  role: string;
  /** Of this authority; without it of the city. */ authority?: string | undefined;
  people: readonly string[];
  from: UtcInstant;
  shiftHours: number;
}>;
/** Swaps and leave: for this time this person has the role instead. */
export type Override = Readonly<{ role: string; person: string; from: UtcInstant; until: UtcInstant }>;
export type Roster = Readonly<{
  version: string;
  rotations: readonly Rotation[];
  overrides: readonly Override[];
  desk: string;
}>;

/**
 * Who has the role at this moment. A hole in the roster falls to the duty desk: never nobody.
 * @param authority whose people are wanted; where it has none in the role, the city's
 */
export function onDuty(
  { rotations: all, overrides, desk }: Roster,
  role: string,
  at: UtcInstant,
  authority: string | null = null,
): string {
  const own = all.filter((row) => row.authority === authority && row.role === role);
  const rotations = own.length > 0 ? own : all.filter((row) => row.authority === undefined);
  const instead = overrides.find((row) => row.role === role && row.from <= at && at < row.until);
  if (instead !== undefined) return instead.person;
  const rotation = rotations.find((row) => row.role === role && row.people.length > 0 && row.from <= at);
  if (rotation === undefined) return desk;
  const shift = Math.floor(minutesBetween(rotation.from, at) / (rotation.shiftHours * 60));
  return rotation.people[shift % rotation.people.length] ?? desk;
}
