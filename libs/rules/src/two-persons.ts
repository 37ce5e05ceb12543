import type { LevelOrdered } from '@fengsui/contracts';
import type { Ruling } from './flood-orders.js';

/** What the city lets nobody decide alone. */
export type TwoPersonRule = Readonly<{
  /** A change to one of these levels. */ levels: readonly LevelOrdered[];
  /** An end while people of the transfer tasks are not accounted for. */ endWithPeopleUnaccounted: boolean;
  /** A change to a level that has at least so many people moved. */ movingPeopleFrom: Readonly<
    Record<LevelOrdered, number>
  >;
}>;

/** What a change would do to people. */
export type Reach = Readonly<{ unaccounted: number; moving: number; late: boolean }>;

/**
 * Why a second person must countersign a change, or null. One hand alone sent all of Hawaii into shelters on
 * 2018-01-13; and what was decided elsewhere and is entered afterwards (补录) bears two names.
 */
export function whySecondPerson(
  { to }: Extract<Ruling, { kind: 'change' }>,
  { unaccounted, moving, late }: Reach,
  rule: TwoPersonRule,
): string | null {
  if (late) return '补录须两人 / a late record takes two people';
  if (to !== 'none' && rule.levels.includes(to)) return `${to} 级须两人 / level ${to} takes two people`;
  if (to === 'none' && rule.endWithPeopleUnaccounted && unaccounted > 0)
    return `尚有 ${unaccounted} 人未落实，结束须两人 / ${unaccounted} people are not accounted for: an end takes two people`;
  return to !== 'none' && moving >= rule.movingPeopleFrom[to]
    ? `将转移 ${moving} 人，须两人 / ${moving} people are to be moved: it takes two people`
    : null;
}
