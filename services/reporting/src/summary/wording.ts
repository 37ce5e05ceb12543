import { roundHalfUp } from '@fengsui/rules';
import type { Figure } from '../views.js';

/** Thrown for a template that asks for what there is not; names the place. */
export class TemplateFault extends Error {}

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
 * | `if accidents.major.count = 0 ? text : other text` | one of the two |
 * | `year`, `nextYear` | 2020, 2021 |
 *
 * @param place where the paragraph stands, for faults
 */
export function fill(paragraph: string, place: string, year: number, figures: ReadonlyMap<string, Figure>): Worded {
  const printed: string[] = [];
  const figure = (id: string): Figure => {
    const found = figures.get(id);
    if (found === undefined) throw new TemplateFault(`${place}: there is no figure ${id}`);
    printed.push(id);
    return found;
  };
  const text = paragraph.replace(/\{\{\s*(.+?)\s*\}\}/gs, (_, expression: string) =>
    evaluate(expression, place, year, figure),
  );
  return { text: withoutFolds(text), printed };
}

/** YAML folds a line end into a blank; between Chinese characters there is none. */
const withoutFolds = (text: string): string => text.replace(/(?<=[\u2e80-\uffef\d%])\s+(?=[\u2e80-\uffef])/g, '');

function evaluate(expression: string, place: string, year: number, figure: (id: string) => Figure): string {
  if (expression === 'year') return String(year);
  if (expression === 'nextYear') return String(year + 1);
  const choice = /^if (\S+) (=|>) (\d+) \? (.*?) : (.*)$/s.exec(expression);
  if (choice !== null) {
    const [, id = '', operator, bound, yes = '', no = ''] = choice;
    const value = figure(id).value ?? 0;
    const holds = operator === '=' ? value === Number(bound) : value > Number(bound);
    return (holds ? yes : no).replace(/\[\[(\S+?)\]\]/g, (_, inner: string) => number(figure(inner)));
  }
  const [word = '', ...rest] = expression.split(/\s+/);
  if (word === 'changes') return changesTogether(rest.map(figure));
  if (word === 'both') return bothOf(rest.map(figure));
  if (word === 'previous' && rest[0] !== undefined) return String(figure(rest[0]).previous ?? '—');
  switch (rest.join(' ')) {
    case '':
      return number(figure(word));
    case 'wan':
      return tenThousands(figure(word));
    case 'change':
      return changeOf(figure(word));
    default:
      throw new TemplateFault(`${place}: cannot read {{${expression}}}`);
  }
}

const number = ({ value }: Figure): string => (value === null ? '—' : String(value));

/** 万: at most two decimals, no trailing zero (GB/T 15835 practice: 2.99万, 1569.3万). */
const tenThousands = ({ value }: Figure): string => (value === null ? '—' : String(roundHalfUp(value / 10_000, 2)));

/** 下降51.6%, 上升3%, 持平; a zero base gives no percentage. */
export function changeOf({
  change,
  direction,
  changeNote,
  value,
  previous,
}: Pick<Figure, 'change' | 'direction' | 'changeNote' | 'value' | 'previous'>): string {
  if (changeNote === 'no-base') return '（上年同期数不可比）';
  if (changeNote === 'zero-base') return `增加${value}（上年同期为0）`;
  if (direction === 'level') return '持平';
  // So small a change that it rounds to nothing is said in numbers: "下降0%" says nothing.
  if (change === 0) return `${direction === 'down' ? '减少' : '增加'}${Math.abs((value ?? 0) - (previous ?? 0))}`;
  return `${direction === 'down' ? '下降' : '上升'}${Math.abs(change ?? 0)}%`;
}

/** One word for all where all go the same way, else each its own. */
export function changesTogether(figures: readonly Figure[]): string {
  const plain = figures.every(({ changeNote, change }) => changeNote === null && change !== null && change !== 0);
  const directions = new Set(figures.map(({ direction }) => direction));
  if (figures.length > 1 && plain && directions.size === 1)
    return `分别${directions.has('down') ? '下降' : '上升'}${figures.map(({ change }) => `${Math.abs(change ?? 0)}%`).join('、')}`;
  return `${figures.length > 1 ? '分别' : ''}${figures.map(changeOf).join('、')}`;
}

/** 双上升 only when both rose. */
export function bothOf(figures: readonly Figure[]): string {
  const words = figures.map(({ direction }) => (direction === 'up' ? '升' : direction === 'down' ? '降' : '平'));
  if (words.every((word) => word === '升')) return '“双上升”';
  if (words.every((word) => word === '降')) return '“双下降”';
  if (words.every((word) => word === '平')) return '均持平';
  return words.map((word) => `一${word}`).join('');
}
