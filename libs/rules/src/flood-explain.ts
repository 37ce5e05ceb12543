import {
  COLOUR_IN_CHINESE,
  colourRank,
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  shanghaiMinute,
  type Hazard,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import { higher, namesOfAreas, type Area } from './areas.js';
import type { Assessment } from './flood-assess.js';
import type { Evidence } from './evidence.js';
import { aboveInWords, criticalRainOf, demandOf, ownReach, rainInWords, type Ground } from './flood-evidence.js';
import type { Condition, FloodPlan, RaisingLevel, SingleMeasure } from './flood-plan.js';
import { nearest } from './other-measures.js';
import { isInSeason } from './seasons.js';
import type { FloodResponse } from './flood-response.js';

type Where = Readonly<{ area: Area; name: string; level: RaisingLevel }>;
/** One place at which a condition holds. */
export type ExplainedGround = Readonly<{
  place: string;
  name: string;
  value: number;
  says: string;
  since: UtcInstant;
  silentSince: UtcInstant | null;
  /** A person has weighed it, and did not follow it. */ weighed: boolean;
  events: readonly string[];
}>;
/**
 * `masked`: it holds, and calls for less than is in force; `refused`: a person has weighed it and did not follow it;
 * `stale`: it holds by the last values of gauges that are silent.
 */
export type ConditionState = 'holds' | 'near' | 'masked' | 'refused' | 'stale';
/** A condition that holds, or nearly does. */
export type ExplainedCondition = Readonly<{
  id: string;
  level: RaisingLevel;
  state: ConditionState;
  /** By what it holds, or what it lacks, in words. */ by: string;
  since: UtcInstant | null;
  text: string;
  grounds: readonly ExplainedGround[];
}>;
/** Why the level is what it is, and what would change it. */
export type Explanation = Readonly<{
  authority: string;
  response: Hazard;
  /** What it is, or would be, issued against. */ issuedAs: readonly Hazard[];
  at: UtcInstant;
  level: Level;
  areas: readonly Where[];
  calledFor: Level;
  conditions: readonly ExplainedCondition[];
  proposal: string | null;
  /** The whole of it as sentences. */ reason: string;
  /** What was refused last; null: nothing. */ refused: string | null;
  /** What would change the level, up and down, in words. */ wouldChange: readonly string[];
  plan: string;
}>;

/**
 * @param before the explanation until now: since when what still holds has held
 */
export function explain(
  { after, demand, calm, outcome }: Assessment,
  evidence: Evidence,
  plan: FloodPlan,
  { now, before }: Readonly<{ now: UtcInstant; before: Explanation | null }>,
): Explanation {
  const conditions = plan.conditions.flatMap((condition): ExplainedCondition[] => {
    const { id, level, text } = condition;
    const grounds = (demand.met.find((one) => one.condition.id === id)?.grounds ?? []).map((ground) =>
      explainedGround(ground, after, plan, sinceOf(ground, before) ?? now),
    );
    if (grounds.length > 0) {
      const since = grounds.map((ground) => ground.since).sort()[0] ?? null;
      const by = grounds.map(({ says }) => says).join('、');
      return [{ id, level, state: stateOf(level, grounds, after), by, since, text, grounds }];
    }
    const lacks = lackOf(condition, evidence, plan, now);
    return lacks === null ? [] : [{ id, level, state: 'near', by: lacks, since: null, text, grounds: [] }];
  });
  const explanation = {
    authority: after.authority,
    response: after.hazard,
    issuedAs: after.level === 'none' ? (after.proposal?.issuedAs ?? [after.hazard]) : after.issuedAs,
    at: now,
    level: after.level,
    areas: Object.entries(after.areas).map(([area, level]) => ({ area, name: namesOfAreas([area], plan), level })),
    calledFor: demand.level,
    conditions,
    proposal: after.proposal?.id ?? null,
    refused: after.refused === null ? null : `${after.refused.id}（${after.refused.by}）：${after.refused.grounds}`,
    wouldChange: [
      ...conditions
        .filter(({ state, level }) => state === 'near' && higher(level, after.level))
        .map(({ level, text, by }) => `${LEVEL_IN_CHINESE[level]}：${text}（${by}）`),
      ...lowering(after, demand, calm, plan),
    ],
    plan: plan.version,
  };
  return { ...explanation, reason: inSentences(explanation, outcome) };
}

function stateOf(
  level: RaisingLevel,
  grounds: readonly ExplainedGround[],
  { level: inForce }: FloodResponse,
): ConditionState {
  if (grounds.every(({ weighed }) => weighed)) return 'refused';
  if (grounds.every(({ silentSince }) => silentSince !== null)) return 'stale';
  return higher(inForce, level) ? 'masked' : 'holds';
}

/** What stands between the level in force and a lower one. */
function lowering(
  { level, calmSince }: FloodResponse,
  demand: Assessment['demand'],
  { notCalm, unseen }: Assessment['calm'],
  plan: FloodPlan,
): readonly string[] {
  if (level === 'none') return [];
  if (!higher(level, demand.level)) return [`降低：上述达到${LEVEL_IN_CHINESE[level]}的依据消失，且相关站点实测平稳`];
  if (notCalm.length + unseen.length > 0) return [`暂不降低：${[...notCalm, ...unseen].join('；')}`];
  const from = calmSince === null ? '' : `${shanghaiMinute(calmSince).replace('T', ' ')}起`;
  return [`降低：${from}平稳满${plan.lowering.dwellMinutes / 60}小时后建议`];
}

const sinceOf = ({ condition, place }: Ground, before: Explanation | null): UtcInstant | null =>
  before?.conditions.find(({ id }) => id === condition)?.grounds.find((one) => one.place === place)?.since ?? null;

function explainedGround(
  { condition, place, value, says, silentSince, events }: Ground,
  { weighed }: FloodResponse,
  { names }: FloodPlan,
  since: UtcInstant,
): ExplainedGround {
  return {
    place,
    name: names[place] ?? place,
    value,
    says,
    since,
    silentSince,
    weighed: weighed.some((one) => one.condition === condition && one.place === place && one.value >= value),
    events,
  };
}

/** As near to a threshold as this is told: metres of water, or this share of rain or flow. */
const NEAR_METRES = 1;
export const NEAR_SHARE = 0.7;

/** What a condition lacks to hold, where it is near; null: it is far from it. */
function lackOf(condition: Condition, evidence: Evidence, plan: FloodPlan, now: UtcInstant): string | null {
  const { when, season } = condition;
  if (!isInSeason(season, now)) return null;
  if (when.measure !== 'joined') return lackOfOne({ ...condition, when }, evidence, plan, now);
  const parts = when.of.map((part) => {
    const held = placesAt(part, condition, evidence, plan, now);
    const lacks = lackOfOne({ ...condition, when: part }, evidence, plan, now);
    return { held: held.length > 0, says: held.length > 0 ? `已达到：${saidOf(held)}` : lacks };
  });
  // Told where something of it holds: a part that is merely near says nothing about the whole.
  return parts.some(({ held }) => held) ? parts.flatMap(({ says }) => says ?? []).join('；') : null;
}

function lackOfOne(
  condition: Condition & Readonly<{ when: SingleMeasure }>,
  evidence: Evidence,
  plan: FloodPlan,
  now: UtcInstant,
): string | null {
  const { when } = condition;
  switch (when.measure) {
    case 'warning': {
      const one = placesAt({ ...when, counties: 1 }, condition, evidence, plan, now);
      if (one.length > 0) return `${saidOf(one)}；尚差${when.counties - one.length}个县（市、区）`;
      const kind = plan.warnings.find(({ eventCode }) => eventCode === when.eventCode)?.name ?? when.eventCode;
      const lower = evidence.warnings.filter(({ eventCode }) => eventCode === when.eventCode);
      return lower.some(({ colour }) => colourRank(colour ?? plan.unknownColourAs) === colourRank(when.colour) - 1)
        ? `${kind}预警尚未达到${COLOUR_IN_CHINESE[when.colour]}`
        : null;
    }
    case 'stage': {
      const one = placesAt({ ...when, stations: 1 }, condition, evidence, plan, now);
      if (one.length > 0) return `${saidOf(one)}；尚差${when.stations - one.length}个站点`;
      const top = most(evidence.stages, ({ aboveWarningM }) => aboveWarningM);
      const lacks = top === null ? Infinity : when.aboveWarningM - top.aboveWarningM;
      return top === null || lacks > NEAR_METRES
        ? null
        : `${nameOf(top.station, plan)}${aboveInWords(top.aboveWarningM)}，再涨${lacks.toFixed(2)}米`;
    }
    case 'rain': {
      const one = placesAt({ ...when, stations: 1 }, condition, evidence, plan, now);
      if (one.length > 0) return `${saidOf(one)}；尚差${when.stations - one.length}个站点`;
      const top = most(
        evidence.rains.filter(({ hours }) => hours === when.hours),
        ({ mm }) => mm,
      );
      return top === null || top.mm < when.mm * NEAR_SHARE
        ? null
        : `${nameOf(top.station, plan)}${rainInWords(top)}，再降${(when.mm - top.mm).toFixed(1)}毫米`;
    }
    case 'forecast-flow': {
      const top = most(
        evidence.forecasts.filter(({ station, flowM3s }) => station === when.station && flowM3s !== null),
        ({ flowM3s }) => flowM3s ?? 0,
      );
      return top === null || (top.flowM3s ?? 0) < when.flowM3s * NEAR_SHARE
        ? null
        : `${nameOf(top.station, plan)}预报流量${top.flowM3s}，阈值${when.flowM3s}立方米每秒`;
    }
    case 'forecast-stage': {
      const top = most(
        evidence.forecasts.filter(({ aboveWarningM }) => aboveWarningM !== null),
        ({ aboveWarningM }) => aboveWarningM ?? -Infinity,
      );
      const lacks = when.aboveWarningM - (top?.aboveWarningM ?? -Infinity);
      return top === null || lacks > NEAR_METRES
        ? null
        : `${nameOf(top.station, plan)}预报${aboveInWords(top.aboveWarningM ?? 0)}，差${lacks.toFixed(2)}米`;
    }
    case 'critical-rain': {
      const one = placesAt({ ...when, stations: 1 }, condition, evidence, plan, now);
      if (one.length > 0) return `${saidOf(one)}；尚差${when.stations - one.length}个站点`;
      const shares = evidence.rains.flatMap((rain) => {
        const mm = criticalRainOf(plan, rain.station, when.grade, rain.hours);
        return mm === null ? [] : [{ rain, mm, share: rain.mm / mm }];
      });
      const top = most(shares, ({ share }) => share);
      return top === null || top.share < NEAR_SHARE
        ? null
        : `${nameOf(top.rain.station, plan)}${rainInWords(top.rain)}，临界${top.mm}毫米`;
    }
    case 'authority-level': {
      const one = placesAt({ ...when, authorities: 1 }, condition, evidence, plan, now);
      return one.length > 0 ? `${saidOf(one)}；尚差${when.authorities - one.length}个` : null;
    }
    case 'forecast-return-period':
      return null;
    default:
      return nearest(when, { evidence, plan, now, reachOf: (station) => ownReach(station, plan) });
  }
}

function placesAt(
  when: SingleMeasure,
  condition: Condition,
  evidence: Evidence,
  plan: FloodPlan,
  now: UtcInstant,
): readonly Ground[] {
  const asked = { ...plan, conditions: [{ ...condition, when }] };
  return demandOf(evidence, asked, now).met.flatMap(({ grounds }) => grounds);
}

const saidOf = (grounds: readonly Ground[]): string => grounds.map(({ says }) => says).join('、');
const nameOf = (station: string, { names }: FloodPlan): string => names[station] ?? station;
const most = <T>(list: readonly T[], valueOf: (one: T) => number): T | null =>
  list.reduce<T | null>((top, one) => (top === null || valueOf(one) > valueOf(top) ? one : top), null);

function inSentences(
  { level, issuedAs, areas, calledFor, conditions, refused, wouldChange }: Omit<Explanation, 'reason'>,
  outcome: Assessment['outcome'],
): string {
  const held = conditions.filter(({ state }) => state !== 'near');
  return [
    level === 'none'
      ? `未启动${hazardsInChinese(issuedAs)}应急响应。`
      : `${hazardsInChinese(issuedAs)}${LEVEL_IN_CHINESE[level]}应急响应在行：${areas.map((one) => `${one.name}${LEVEL_IN_CHINESE[one.level]}`).join('、')}。`,
    held.length === 0
      ? '现有依据未达到任何启动条件。'
      : `现有依据达到${LEVEL_IN_CHINESE[calledFor]}：${held.map(({ text, by, state }) => `${text}（${by}${SAID[state]}）`).join('；')}。`,
    ...(refused === null ? [] : [`最近驳回：${refused}。`]),
    ...wouldChange.map((one) => `${one}。`),
    ...(outcome.kind === 'keep' ? [] : [OUTCOMES[outcome.kind]]),
  ].join('');
}

const SAID: Readonly<Record<ConditionState, string>> = {
  holds: '',
  near: '',
  masked: '',
  refused: '；已研判，未采纳',
  stale: '；均为最后读数',
};
const OUTCOMES = {
  propose: '已提出建议，待签发。',
  revise: '待签发建议的依据有变化。',
  withdraw: '撤回降低的建议。',
} as const;
