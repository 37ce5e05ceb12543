import { addMinutes, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';
import { borders, turnOf, type Roster } from '@fengsui/rules';
import type { DutyPlan } from '../plan.js';

/** From a time to another nobody has a role, or one person has them all. */
export type Gap = Readonly<{
  from: UtcInstant;
  until: UtcInstant;
  authority: string | null;
  /** Null: all of them. */ role: string | null;
  /** Who has it and is away, or has all of them; null: nobody has it. */ person: string | null;
  what: string;
}>;

/** So far ahead a roster is proved. */
export const DAYS_AHEAD = 30;

/**
 * Every hole of the roster ahead of a time, found by the borders of its shifts: a role of some chain that nobody has,
 * or whose turn somebody on leave has, and hours in which one person alone has every role.
 * @param roster as it stands, with what was changed while it runs
 */
export function gapsAhead(plan: DutyPlan, roster: Roster, from: UtcInstant, days = DAYS_AHEAD): readonly Gap[] {
  const until = addMinutes(from, days * 1_440);
  const roles = plan.rolesCalled();
  const authorities = [null, ...new Set(roster.rotations.flatMap(({ authority }) => authority ?? []))];
  const at = borders(roster, from, until);
  const gaps: Gap[] = [];
  for (const [index, begin] of at.entries()) {
    const end = at[index + 1] ?? until;
    for (const authority of authorities) {
      const turns = roles.map((role) => ({ role, ...turnOf(roster, role, begin, authority) }));
      const span = { from: begin, until: end, authority };
      for (const { role, gap, away = null } of turns)
        if (gap !== null) gaps.push({ ...span, role, person: away, what: gap });
      const has = new Map(turns.map(({ role, person }) => [role, person]));
      const alone = plan.rolesTogether().map((chain) => new Set(chain.map((role) => has.get(role) ?? '')));
      for (const person of new Set(alone.flatMap((people) => (people.size === 1 ? [...people] : []))))
        gaps.push({ ...span, role: null, person, what: `${person} alone has every role` });
    }
  }
  return joined(gaps);
}

/** Of one hole that goes over the border of a shift one is made. A county without a role of its own has the city's. */
function joined(gaps: readonly Gap[]): Gap[] {
  const found: Gap[] = [];
  const city = new Set(gaps.flatMap(({ authority, from, what }) => (authority === null ? [`${from} ${what}`] : [])));
  for (const gap of gaps) {
    if (gap.authority !== null && city.has(`${gap.from} ${gap.what}`)) continue;
    const before = found.findLast(({ authority, what }) => authority === gap.authority && what === gap.what);
    if (before?.until === gap.from) found[found.indexOf(before)] = { ...before, until: gap.until };
    else found.push(gap);
  }
  return found;
}

/** `2026-12-01 08:30 to 2026-12-02 08:30, 441802: duty-officer: …`, in Beijing time. */
export const gapInWords = ({ from, until, authority, what }: Gap): string =>
  `${clock(from)} to ${clock(until)}${authority === null ? '' : `, ${authority}`}: ${what}`;

/** The same as whoever fills it reads it. @param now when it was looked for */
export function gapInChinese({ from, until, authority, role, person }: Gap, plan: DutyPlan, now: UtcInstant): string {
  const where = authority === null ? '市本级' : plan.counties.nameOf(authority);
  const who = person === null ? '无人轮值' : plan.nameOf(person);
  const what =
    role === null ? `${who}一人兼任全部岗位` : `${plan.roleName(role)}${who}${person === null ? '' : '请假，无人顶班'}`;
  // The same words every day, until it is filled: who has read them is not rung again.
  const begins = from <= now ? '现在起' : clock(from);
  const ends = until >= addMinutes(now, DAYS_AHEAD * 1_440) ? '30天以后' : clock(until);
  return `${begins}至${ends} ${where} ${what}`;
}

const clock = (at: UtcInstant): string => shanghaiMinute(at).replace('T', ' ');
