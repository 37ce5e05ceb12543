import {
  levelRank,
  type LevelOrdered,
  type OrderRight,
  type OrderV1,
  type Refusal,
  type UtcInstant,
} from '@fengsui/contracts';
import type { AccessPlan } from './plan.js';
import { DECIDING, grantsFor, RIGHT_FOR, rightsOf, type Grant, type Right } from './roles.js';

/** Whom somebody may speak for at this moment, with what that person may do. */
export type SpokenFor = Readonly<{ principal: string; grants: readonly Grant[] }>;

/** Who was authenticated, and what they may do now. */
export type Identity = Readonly<{
  person: string;
  name: string;
  grants: readonly Grant[];
  delegations: readonly SpokenFor[];
  /** Rights that this session or token is limited to; null: all of the person. */ scope: ReadonlySet<Right> | null;
  /** False: the session only watches until a second factor is shown again. */ acts: boolean;
  /** A second factor was shown; of the user of this machine its operating system knows. */ secondFactor: boolean;
  /** Session, or how the person was recognised without one. */ session: string | null;
  /** What our own page sends along with a change; null: no cookie carries the session. */ csrf: string | null;
  /** From where, for the audit: `browser 10.1.2.3`, `command root`. */ origin: string;
}>;

/** True when this person may do something of the kind somewhere. */
export const may = ({ grants, scope }: Identity, right: Right): boolean =>
  rightsOf(grants).has(right) && (scope === null || scope.has(right));

/** What an order is about, as far as its own words tell. Where they do not, whoever takes it looks again. */
function divisionOf({ data }: OrderV1): string | null {
  if ('authority' in data) return data.authority;
  // Who says that one county has done what it owes speaks for that county; of several, or of others, for the city.
  if ('owners' in data) return data.owners.length === 1 ? (/^\d{6}$/.exec(data.owners[0] ?? '')?.[0] ?? null) : null;
  return 'taskId' in data ? (/\/(\d{6})-/.exec(data.taskId)?.[1] ?? null) : null;
}

/** Minutes that the clock of who gives a decision may be off; what is older was decided elsewhere and entered late. */
const NOW_MINUTES = 10;

/**
 * By which right a person gives an order: themselves, or for somebody who has delegated it.
 * The level that a confirmation or an end is about is not always in the order: `approve-II` says up to which level
 * the right reaches, and whoever takes the order holds it against the level in force.
 * @returns the right, or why not
 */
export function rightToGive(order: OrderV1, giver: Identity, plan: AccessPlan, now: UtcInstant): OrderRight | Refusal {
  const { kind, speaksFor, late } = order.data;
  if (!giver.acts)
    return refusal('会话已锁定，只能查看；请再次验证后下达', 'the session only watches: show the second factor again');
  const right = RIGHT_FOR[kind];
  if (plan.secondFactorForDecisions && !giver.secondFactor && DECIDING.has(right))
    return refusal(
      '本市要求签发人绑定并出示动态验证码',
      'this city asks for a second factor of whoever decides: bind one, and log in with it',
    );
  if (giver.scope !== null && !giver.scope.has(right))
    return refusal(`该令牌不含“${right}”`, `this token is not for ${right}`);
  const delegated = speaksFor === null ? null : giver.delegations.find(({ principal }) => principal === speaksFor);
  if (delegated === undefined)
    return refusal(
      `${giver.person} 没有 ${speaksFor} 的有效委托`,
      `${giver.person} holds no delegation of ${speaksFor} at this hour`,
      'data/speaksFor',
    );
  const who = delegated === null ? giver.person : delegated.principal;
  const grants = delegated === null ? giver.grants : delegated.grants;
  const division = divisionOf(order);
  const fitting =
    division === null
      ? grants.filter((one) => rightsOf([one]).has(right) && reachesAll(one, right, kind))
      : grantsFor(grants, right, division);
  if (fitting.length === 0)
    return refusal(
      `${who} 无权下达“${kind}”${division === null ? '' : `（${division}）`}`,
      `${who} may not give ${kind}${division === null ? '' : ` for ${division}`}`,
    );
  const offMinutes = Math.abs(Date.parse(order.occurredAt) - Date.parse(now)) / 60_000;
  if (DECIDING.has(right) && offMinutes > NOW_MINUTES && late === undefined)
    return refusal(
      '决定时间与当前相差过大；别处已作的决定请补录',
      `decided more than ${NOW_MINUTES} minutes from now: enter it as a late record`,
      'occurredAt',
    );
  if (late !== undefined && !MAY_BE_LATE.has(kind))
    return refusal(`“${kind}”不能补录`, `${kind} is not entered late`, 'data/late');
  if (late !== undefined && !may(giver, 'record-late'))
    return refusal(`${giver.person} 无权补录`, `${giver.person} may not enter late records`, 'data/late');
  return right === 'approve' ? levelRight(order, fitting, plan, who) : (right as OrderRight);
}

function levelRight({ data }: OrderV1, grants: readonly Grant[], plan: AccessPlan, who: string): OrderRight | Refusal {
  const highest = plan.highestOf(grants.map(({ role }) => role));
  if (highest === null) return refusal(`${who} 无权签发任何等级`, `${who} may approve no level`);
  const wanted = 'level' in data && data.level !== 'none' ? data.level : null;
  return wanted === null || reaches(`approve-${highest}`, wanted)
    ? `approve-${highest}`
    : refusal(`${who} 无权签发 ${wanted} 级`, `${who} may approve up to ${highest}, not ${wanted}`, 'data/level');
}

/**
 * What an order is about is not told by its own words: a fire, an event, a report. Who judges, corrects or signs it
 * does so for the city.
 */
const reachesAll = ({ authority }: Grant, right: Right, kind: OrderV1['data']['kind']): boolean =>
  (!OF_THE_CITY.has(right) && kind !== 'fulfil') || authority.endsWith('00');
const OF_THE_CITY: ReadonlySet<Right> = new Set(['judge', 'correct', 'roster', 'sign']);

/** What takes two people when it is entered late: see the rule of two persons. */
const MAY_BE_LATE: ReadonlySet<string> = new Set(['confirm', 'raise', 'lower', 'convert', 'end']);

/**
 * True when a right of an order reaches a level. What was given before identities came (no right) was let in by the
 * doors of its time; a demonstration plays whoever it names.
 */
export function reaches(right: OrderRight | undefined, level: LevelOrdered): boolean {
  if (right === undefined || right === 'demonstration') return true;
  const highest = /^approve-(\w+)$/.exec(right)?.[1] as LevelOrdered | undefined;
  return highest !== undefined && levelRank(highest) >= levelRank(level);
}

const refusal = (zh: string, en: string, place = 'data/kind'): Refusal => ({
  place,
  reason: `${zh} / ${en}`,
  expected: '有此权限的人登录后下达 / someone who has the right, logged in',
});
