import type { Figure } from '../views.js';

/** Whether nothing is held of the period of these figures; what the calendar gives is there in every one. */
export const isNothingHeld = (figures: readonly Figure[]): boolean =>
  figures.every(({ value, method }) => value === null || method === 'constant');
