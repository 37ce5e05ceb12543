import { outsideStatistics, sum, text, type Indicator } from './indicator.js';

/** Accidents that the statistics leave out, shown apart. */
export const OUTSIDE: readonly Indicator[] = [
  sum(
    text(
      'accidents.outside.count',
      '不纳入统计的生产安全事故起数',
      'production-safety accidents outside of the statistics',
      'count',
      'of production-safety accidents, those without casualties and with less loss than the plan says',
    ),
    'incident',
    (fact) => Number(outsideStatistics(fact)),
  ),
];
