import { addMinutes, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';
import { borders, turnOf } from '@fengsui/rules';
import type { DutyPlan } from '../plan.js';

/** From a time to another nobody has a role, or one person has them all. */
export type Gap = Readonly<{ from: UtcInstant; until: UtcInstant; authority: string | null; what: string }>;

/** So far ahead a roster is proved. */
export const DAYS_AHEAD = 30;

/**
 * Every hole of the roster ahead of a time, found by the borders of its shifts: a role of some chain that nobody has,
 * or whose turn somebody on leave has, and hours in which one person alone has every role.
 */
export function gapsAhead(plan: DutyPlan, from: UtcInstant, days = DAYS_AHEAD): readonly Gap[] {
  const until = addMinutes(from, days * 1_440);
  const { roster } = plan;
  const roles = plan.rolesCalled();
  const authorities = [null, ...new Set(roster.rotations.flatMap(({ authority }) => authority ?? []))];
  const at = borders(roster, from, until);
  const gaps: Gap[] = [];
  for (const [index, begin] of at.entries()) {
    const end = at[index + 1] ?? until;
    for (const authority of authorities) {
      const turns = roles.map((role) => turnOf(roster, role, begin, authority));
      const people = new Set(turns.map(({ person }) => person));
      const alone = roles.length > 1 && people.size === 1 ? [`${[...people].join('')} alone has every role`] : [];
      for (const what of new Set([...turns.flatMap(({ gap }) => gap ?? []), ...alone]))
        gaps.push({ from: begin, until: end, authority, what });
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

const clock = (at: UtcInstant): string => shanghaiMinute(at).replace('T', ' ');
