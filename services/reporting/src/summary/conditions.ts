import type { Figure } from '../views.js';

/** Thrown for a template that asks for what there is not; names the place. */
export class TemplateFault extends Error {}

/** Thrown when a sentence asks for a figure that nobody holds: it is left out, and said to be missing. */
export class NotHeld extends Error {
  constructor(
    readonly figure: string,
    words = `nobody holds ${figure}`,
  ) {
    super(words);
  }
}

/** Finds a figure by its id, and notes that it was asked for. */
export type FigureOf = (id: string) => Figure;

const STATES: Readonly<Record<string, (figure: Figure) => boolean>> = {
  known: ({ value }) => value !== null,
  unknown: ({ value }) => value === null,
  compared: ({ previous, changeNote }) => previous !== null && changeNote !== 'unfinished',
  // Of what cannot be compared no direction holds, and neither does its opposite.
  up: ({ direction }) => direction === 'up',
  down: ({ direction }) => direction === 'down',
  level: ({ direction }) => direction === 'level',
  'not-up': ({ direction }) => direction === 'down' || direction === 'level',
  'not-down': ({ direction }) => direction === 'up' || direction === 'level',
};
const COMPARED: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

/**
 * Whether all of some conditions hold: `fires.deaths = 0`, `hazards.fixed < hazards.found`, `accidents.count not-up`,
 * with `and` between them.
 * @throws NotHeld when a number that it compares is not known; TemplateFault when it cannot be read
 */
export const holds = (conditions: string, place: string, figureOf: FigureOf): boolean =>
  conditions.split(' and ').every((condition) => holdsOne(condition.trim(), place, figureOf));

function holdsOne(condition: string, place: string, figureOf: FigureOf): boolean {
  const [id = '', operator = '', bound, ...more] = condition.split(/\s+/);
  const state = STATES[operator];
  if (state !== undefined && bound === undefined) return state(figureOf(id));
  const compare = COMPARED[operator];
  if (compare === undefined || bound === undefined || more.length > 0)
    throw new TemplateFault(
      `${place}: cannot read the condition ${JSON.stringify(condition)}; expected: figure = 0, figure < other, or figure ${Object.keys(STATES).join('|')}`,
    );
  const number = /^-?\d+(\.\d+)?$/.test(bound) ? Number(bound) : valueOf(figureOf(bound));
  return compare(valueOf(figureOf(id)), number);
}

/** @throws NotHeld when it has none */
export function valueOf({ id, value }: Figure): number {
  if (value === null) throw new NotHeld(id);
  return value;
}
