import { roundHalfUp } from '@fengsui/rules';
import type { Figure, FigureParts } from '../views.js';
import { NotHeld, valueOf } from './conditions.js';
import { nameOfValue } from './names.js';
import { decimal, type Profile } from './profile.js';
import { UNIT_IN_CHINESE } from './units.js';

/** `ranked accidents.count by industry top 3`. */
export type Ranked = Readonly<{ id: string; by: string; top: number }>;
/** Figures told apart, by the field. */
export type Ranks = ReadonlyMap<string, FigureParts>;

export function rankedIn(expression: string): Ranked | null {
  const [, id = '', by = '', top = ''] = /^ranked (\S+) by (\S+) top (\d+)$/.exec(expression) ?? [];
  return id === '' ? null : { id, by, top: Number(top) };
}

/** Every field by which a template tells figures apart. */
export const rankedFields = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(/ranked \S+ by (\S+) top \d+/g)].map(([, by = '']) => by))),
];

/** The first ones by rank; those that share the last rank are all there, and nobody is there with 0. */
export function rankInWords({ by, top }: Ranked, figure: Figure, ranks: Ranks | undefined, profile: Profile): string {
  const whole = valueOf(figure);
  const rows = ranks?.get(by)?.figures.find(({ id }) => id === figure.id)?.rows ?? [];
  const inOrder = rows
    .map(({ key, value }) => ({ key, value: value ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
  const least = inOrder[Math.min(top, inOrder.length) - 1]?.value;
  if (least === undefined || whole === 0) throw new NotHeld(`${figure.id} by ${by}`);
  return inOrder
    .filter(({ value }) => value >= least)
    .map(({ key, value }) => {
      const amount = figure.unit === 'yuan' ? roundHalfUp(value / 10_000, 2) : value;
      const share = decimal((value / whole) * 100, profile.shareDecimals, profile);
      return `${nameOfValue(key)}（${amount}${UNIT_IN_CHINESE[figure.unit]}，占${share}%）`;
    })
    .join('、');
}
