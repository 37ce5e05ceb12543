import type { Figure } from '../views.js';

/** What stands after the signature: as of when, and of every number that is printed what it counts and its id. */
export type Annex = Readonly<{ asOf: string; rows: readonly Figure[] }>;

export function annexOf(printed: readonly string[], figures: readonly Figure[], asOf: string): Annex {
  const ids = new Set(printed);
  return { asOf, rows: figures.filter(({ id }) => ids.has(id)) };
}
