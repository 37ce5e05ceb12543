import type { Figure } from '../views.js';

/** What a figure is counted in, as the summary prints it; money is kept in yuan and printed in 万元. */
export const UNIT_IN_CHINESE: Readonly<Record<Figure['unit'], string>> = {
  count: '起',
  persons: '人',
  yuan: '万元',
  percent: '%',
  weeks: '周',
  hectares: '公顷',
};
