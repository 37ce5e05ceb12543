import { CLASS_OF } from '@fengsui/rules';
import type { FactContent } from '../facts/fact-content.js';
import { forestFire, ratio, sum, text, type Indicator } from './indicator.js';

type Fire = Extract<FactContent, { kind: 'fire' }>;

const burned = ({ verdict }: Fire): boolean => CLASS_OF[verdict] === 'fire';
/** By what it was known first: `satellite Suomi-NPP`, `report call`. */
const source = ({ known }: Fire): string => (known === null ? '-' : `${known.by} ${known.source ?? '-'}`);

/**
 * How well heat is watched and verified 热点监测核查成效. Fires that were judged before the release that keeps how they
 * became known are in none of those that tell it.
 */
export const WATCHING: readonly Indicator[] = [
  sum(
    text(
      'wildfires.confirmed',
      '核查确认森林草原火灾数',
      'fires to verify that were forest or grass fires',
      'count',
      'fires to verify with the verdict forest fire or grass fire, by the first sign',
    ),
    'fire',
    (fact) => Number(burned(fact)),
    source,
  ),
  ratio(
    text(
      'wildfires.confirmedShare',
      '火情核查属实率',
      'share of fires to verify that were forest or grass fires',
      'percent',
      'forest and grass fires / fires to verify that were judged',
    ),
    'wildfires.confirmed',
    'wildfires.judged',
  ),
  sum(
    text(
      'wildfires.timed',
      '限时核查火情数',
      'fires judged that had a deadline',
      'count',
      'fires with a verdict that somebody was asked to verify by a deadline, by the first sign',
    ),
    'fire',
    ({ inTime }) => Number(inTime !== null),
    source,
  ),
  sum(
    text(
      'wildfires.inTime',
      '按时反馈火情数',
      'fires judged by their deadline',
      'count',
      'of fires judged that had a deadline, those whose first verdict came by it',
    ),
    'fire',
    ({ inTime }) => Number(inTime === true),
    source,
  ),
  ratio(
    text(
      'wildfires.inTimeShare',
      '火情按时反馈率',
      'share of fires judged by their deadline',
      'percent',
      'fires judged by their deadline / fires judged that had one',
    ),
    'wildfires.inTime',
    'wildfires.timed',
  ),
  sum(
    text(
      'wildfires.missed',
      '卫星漏报火灾数',
      'fires that people reported first, though a satellite should have seen them',
      'count',
      'forest and grass fires known by a report first, without heat in a pass afterwards of which data came',
    ),
    'fire',
    ({ known }) => Number(known?.missed === true),
    source,
  ),
  ...(['satellite', 'report'] as const).map((by) =>
    sum(
      text(
        by === 'satellite' ? 'forestFires.bySatellite' : 'forestFires.byReport',
        by === 'satellite' ? '卫星首先发现的森林火灾数' : '群众首先报告的森林火灾数',
        by === 'satellite' ? 'forest fires that a satellite saw first' : 'forest fires that people reported first',
        'count',
        'forest fires, by what was known first',
      ),
      'fire',
      (fact) => Number(forestFire(fact) && fact.known?.by === by),
    ),
  ),
  sum(
    text(
      'forestFires.damagedHa',
      '受害森林面积',
      'forest damaged by forest fires',
      'hectares',
      '受害森林面积 of forest fires, as it was judged last; what burned is not it',
    ),
    'fire',
    (fact) => (forestFire(fact) ? (fact.damagedAreaHa ?? 0) : 0),
  ),
];
