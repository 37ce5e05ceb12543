import type { Hazard, Level } from '@fengsui/contracts';
import { yearOf } from '../calendar.js';
import type { FactContent, FactKind } from '../facts/fact-content.js';

/**
 * What one fact adds to an indicator: an amount (sum), or a key that counts once a year (distinct). `null`: it does
 * not count.
 */
export type Contribution = Readonly<{ year: number; amount: number; key: string | null; dimension: string }> | null;

type Named = Readonly<{
  id: string;
  label: Readonly<{ zh: string; en: string }>;
  unit: Unit;
  version: number;
  /** What it counts, in words. */ definition: string;
}>;
/** A named definition 指标. Whatever prints a figure prints it from here. */
export type Indicator = Named &
  (
    | Readonly<{ method: 'sum' | 'distinct'; kind: FactKind; contribution: (fact: FactContent) => Contribution }>
    | Readonly<{ method: 'ratio'; of: readonly [numerator: string, denominator: string]; decimals: number }>
    | Readonly<{ method: 'constant'; valueIn: (year: number) => number }>
  );
export type Unit = 'count' | 'persons' | 'yuan' | 'percent' | 'weeks' | 'hectares';

type Of<K extends FactKind> = Extract<FactContent, { kind: K }>;

export const text = (id: string, zh: string, en: string, unit: Unit, definition: string): Named => ({
  id,
  label: { zh, en },
  unit,
  version: 1,
  definition,
});

export function sum<K extends FactKind>(
  named: Named,
  kind: K,
  amount: (fact: Of<K>) => number,
  dimension: (fact: Of<K>) => string = () => '',
): Indicator {
  const contribution = (fact: FactContent): Contribution => {
    const value = amount(fact as Of<K>);
    return value === 0
      ? null
      : { year: yearOf(fact.at), amount: value, key: null, dimension: dimension(fact as Of<K>) };
  };
  return { ...named, method: 'sum', kind, contribution };
}

export function distinct<K extends FactKind>(
  named: Named,
  kind: K,
  key: (fact: Of<K>) => string | null,
  year: (fact: Of<K>) => number = (fact) => yearOf(fact.at),
): Indicator {
  const contribution = (fact: FactContent): Contribution => {
    const value = key(fact as Of<K>);
    return value === null ? null : { year: year(fact as Of<K>), amount: 1, key: value, dimension: '' };
  };
  return { ...named, method: 'distinct', kind, contribution };
}

export const ratio = (named: Named, numerator: string, denominator: string): Indicator => ({
  ...named,
  method: 'ratio',
  of: [numerator, denominator],
  decimals: 1,
});

/**
 * Production-safety accidents 生产安全事故: what is not production-related is in other statistics, and fires are never
 * added in.
 */
export const accident = (fact: Of<'incident'>): boolean => fact.productionRelated && !fact.isOutside;
/** Without casualties, and with less loss than the statistics ask for: shown apart. */
export const outsideStatistics = (fact: Of<'incident'>): boolean => fact.productionRelated && fact.isOutside;
export const inIndustry =
  (...industries: readonly Of<'incident'>['industry'][]) =>
  (fact: Of<'incident'>): boolean =>
    accident(fact) && industries.includes(fact.industry);
export const THREE = ['road-transport', 'construction', 'commerce-manufacturing'] as const;

/** The four measures of a class of incidents that bulletins give together. */
export function accidents(
  ids: Readonly<{ count: string; deaths: string }>,
  zh: string,
  en: string,
  counts: (fact: Of<'incident'>) => boolean,
): Indicator[] {
  const industry = (fact: Of<'incident'>): string => fact.industry;
  return [
    sum(
      text(ids.count, `${zh}起数`, `${en}`, 'count', `${en} by the time they happened, after write-offs`),
      'incident',
      (fact) => Number(counts(fact)),
      industry,
    ),
    sum(
      text(
        ids.deaths,
        `${zh}死亡人数`,
        `deaths in ${en}`,
        'persons',
        'deaths in them, with follow-ups inside the casualty window (30 days; 7 for road and fire)',
      ),
      'incident',
      (fact) => (counts(fact) ? fact.deaths : 0),
      industry,
    ),
  ];
}

export const records = (named: Named, amount: (record: Of<'record'>['record']) => number): Indicator =>
  sum(named, 'record', ({ record }) => amount(record));
export function distinctRecords(
  id: string,
  zh: string,
  en: string,
  definition: string,
  key: (record: Of<'record'>['record']) => string | null,
): Indicator {
  return distinct(text(id, zh, en, 'count', definition), 'record', ({ record }) => key(record));
}

export const roadLarger = (fact: Of<'incident'>): boolean =>
  fact.category === 'road-accident' && fact.grade === 'larger';
export const fire = (fact: Of<'incident'>): boolean => fact.category === 'fire';
export const forestFire = (fact: Of<'fire'>): boolean => fact.verdict === 'forest-fire';
/** By the city against a hazard, alone or combined; counties and other responses are not this figure. */
export const entered =
  (to: Exclude<Level, 'none'>, hazard: Hazard = 'flood') =>
  ({ region, hazards, ...fact }: Of<'response-change'>): number =>
    Number(
      region.endsWith('00') &&
        (hazards ?? ['flood']).includes(hazard) &&
        fact.to === to &&
        (fact.change === 'start' || fact.change === 'raise'),
    );

/** Minutes within which calls are answered, as they are reported. */
export const ANSWERED_WITHIN = [3, 10, 30] as const;

/**
 * Calls and how soon they were answered 叫应时效, told apart by cause, role and hour. Closed without an answer is not
 * answered. Calls before the release that counts them are not in it.
 */
export function answered(): Indicator[] {
  const dimension = ({ cause, role, hour }: Of<'call'>): string => `${cause}|${role}|${hour}`;
  const calls = sum(
    text('calls.count', '叫应次数', 'calls', 'count', 'calls for something that happened, by when they began'),
    'call',
    () => 1,
    dimension,
  );
  const within = ANSWERED_WITHIN.flatMap((minutes) => {
    const id = `calls.answered${minutes}`;
    const words = `calls that a person answered within ${minutes} minutes of their start`;
    return [
      sum(
        text(id, `${minutes}分钟内应答次数`, words, 'count', words),
        'call',
        (fact) => Number(fact.minutes !== null && fact.minutes <= minutes),
        dimension,
      ),
      ratio(
        text(`${id}Share`, `${minutes}分钟内应答率`, `share of ${words}`, 'percent', `${words} / all calls`),
        id,
        'calls.count',
      ),
    ];
  });
  return [calls, ...within];
}

/** Underground mines by outcome. */
export const mines = (id: string, zh: string, outcome: 'exited' | 'closed' | 'upgraded'): Indicator =>
  distinctRecords(id, zh, `underground mines ${outcome}`, 'distinct mines by outcome', (record) =>
    record.kind === 'mine-outcome' && record.outcome === outcome ? record.mineId : null,
  );
