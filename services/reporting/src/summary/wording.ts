import { roundHalfUp } from '@fengsui/rules';
import type { Figure } from '../views.js';
import { holds, NotHeld, TemplateFault, valueOf, type FigureOf } from './conditions.js';
import { UNIT_IN_CHINESE } from './units.js';

/** Text with what it printed: every figure can be followed back. */
export type Worded = Readonly<{ text: string; printed: readonly string[] }>;

/**
 * Fills one paragraph of the template. What stands between `{{` and `}}`:
 *
 * | form | gives |
 * |---|---|
 * | `fires.count` | 1201 |
 * | `transfers.people wan` | 2.99, in units of 10,000 |
 * | `accidents.count change` | 下降51.6% |
 * | `changes a b c` | 分别下降51.6%、32.7%、69.2%, or each with its own word |
 * | `both a b` | 双上升, 双下降, or 一升一降 and the like |
 * | `previous forestFires.count` | 15 |
 * | `if accidents.major.count = 0 ? text : other text` | one of the two, or nothing; with `[[figure]]` |
 * | `parts` | 四, how many parts its section has |
 * | `year`, `nextYear` | 2020, 2021 |
 *
 * @throws NotHeld when it would print a figure that nobody holds: then there is no such sentence
 */
export function fill(paragraph: string, { place, year, figures, parts = 0 }: Filling): Worded {
  const printed: string[] = [];
  const figure = (id: string): Figure => {
    const found = figures.get(id);
    if (found === undefined) throw new TemplateFault(`${place}: there is no figure ${id}`);
    printed.push(id);
    return found;
  };
  const say = (expression: string): string => {
    if (expression === 'year') return String(year);
    if (expression === 'nextYear') return String(year + 1);
    if (expression === 'parts') return NUMERALS[parts] ?? String(parts);
    return evaluate(expression, place, figure);
  };
  const text = paragraph.replace(/\{\{\s*(.+?)\s*\}\}/gs, (_, expression: string) => say(expression));
  if (/\{\{|\}\}|\[\[|\]\]/.test(text))
    throw new TemplateFault(`${place}: brackets that do not close: ${text.slice(0, 60)}`);
  return { text: withoutFolds(text), printed };
}

/** What a paragraph is filled from. */
export type Filling = Readonly<{
  /** Where it stands, for faults. */ place: string;
  year: number;
  figures: ReadonlyMap<string, Figure>;
  /** Parts of its section. */ parts?: number;
}>;

const NUMERALS = ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];

/** YAML folds a line end into a blank; between Chinese characters there is none. */
const withoutFolds = (text: string): string => text.replace(/(?<=[\u2e80-\uffef\d%])\s+(?=[\u2e80-\uffef])/g, '');

function evaluate(expression: string, place: string, figure: FigureOf): string {
  const choice = /^if (.+?) \?(.*?)(?: |^):(.*)$/s.exec(expression);
  if (choice !== null) {
    const [, conditions = '', yes = '', no = ''] = choice;
    const text = holds(conditions, place, figure) ? yes : no;
    return text.trim().replace(/\[\[\s*(.+?)\s*\]\]/g, (_, inner: string) => evaluate(inner, place, figure));
  }
  const [word = '', ...rest] = expression.split(/\s+/);
  if (word === 'changes' && rest.length > 0) return changesTogether(rest.map(figure));
  if (word === 'both' && rest.length > 0) return bothOf(rest.map(figure));
  if (word === 'previous' && rest.length === 1) return previousOf(figure(rest[0] as string));
  switch (rest.join(' ')) {
    case '':
      return String(valueOf(figure(word)));
    case 'wan':
      return String(roundHalfUp(valueOf(figure(word)) / 10_000, 2));
    case 'change':
      return changeOf(figure(word));
    default:
      throw new TemplateFault(`${place}: cannot read {{${expression}}}`);
  }
}

function previousOf({ id, previous }: Figure): string {
  if (previous === null) throw new NotHeld(`${id} of the year before`);
  return String(previous);
}

/** What a change is measured by. */
type Changed = Pick<Figure, 'id' | 'change' | 'direction' | 'changeNote' | 'value' | 'previous' | 'unit'>;

/** In the unit of the figure, money in 万元: 3起, 0.9万元. */
const amountOf = (value: number, unit: Figure['unit']): string =>
  `${unit === 'yuan' ? roundHalfUp(value / 10_000, 2) : roundHalfUp(value, 2)}${UNIT_IN_CHINESE[unit]}`;

/**
 * 下降51.6%, 上升3%, 持平; a share changes by percentage points; what cannot be compared says so, and a zero base gives
 * no percentage.
 */
export function changeOf(figure: Changed): string {
  const { change, direction, changeNote, previous, unit } = figure;
  const value = valueOf(figure as Figure);
  if (changeNote === 'unfinished') return '不可比（全年未满）';
  if (changeNote === 'no-base' || previous === null) return '不可比（上年未统计）';
  if (changeNote === 'zero-base') return `增加${amountOf(value, unit)}（上年为0）`;
  if (direction === 'level' || value === previous) return '持平';
  const [fell, by] = [value < previous, Math.abs(value - previous)];
  if (unit === 'percent') return `${fell ? '下降' : '上升'}${roundHalfUp(by, 1)}个百分点`;
  // So small a change that it rounds to nothing is said in numbers: "下降0%" says nothing.
  if (change === null || change === 0) return `${fell ? '减少' : '增加'}${amountOf(by, unit)}`;
  return `${fell ? '下降' : '上升'}${Math.abs(change)}%`;
}

/** One word for all where all go the same way, else each its own. */
export function changesTogether(figures: readonly Figure[]): string {
  const words = figures.map(changeOf);
  if (new Set(words).size === 1 && (words[0] ?? '').startsWith('不可比')) return words[0] as string;
  const plain = figures.every(
    ({ changeNote, change, unit }) => changeNote === null && change !== null && change !== 0 && unit !== 'percent',
  );
  const directions = new Set(figures.map(({ direction }) => direction));
  if (figures.length > 1 && plain && directions.size === 1)
    return `分别${directions.has('down') ? '下降' : '上升'}${figures.map(({ change }) => `${Math.abs(change ?? 0)}%`).join('、')}`;
  return `${figures.length > 1 ? '分别' : ''}${words.join('、')}`;
}

/** 双上升 only when both rose. */
export function bothOf(figures: readonly Figure[]): string {
  for (const figure of figures) valueOf(figure);
  const unlike = figures.find(({ direction }) => direction === null);
  if (unlike !== undefined) return changeOf(unlike).startsWith('不可比') ? changeOf(unlike) : '不可比';
  const words = figures.map(({ direction }) => (direction === 'up' ? '升' : direction === 'down' ? '降' : '平'));
  if (words.every((word) => word === '升')) return '“双上升”';
  if (words.every((word) => word === '降')) return '“双下降”';
  if (words.every((word) => word === '平')) return '均持平';
  return words.map((word) => `一${word}`).join('');
}
