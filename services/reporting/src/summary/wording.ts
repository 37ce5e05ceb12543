import { roundHalfUp } from '@fengsui/rules';
import type { Period } from '../period.js';
import type { Figure } from '../views.js';
import { namedInWords, type Behind } from './cases.js';
import { holds, NotHeld, TemplateFault, valueOf, type FigureOf } from './conditions.js';
import { periodInWords } from './period-in-words.js';
import { courseInWords, type Course } from './response-course.js';
import { decimal, PROFILE, type Profile } from './profile.js';
import { rankedIn, rankInWords, type Ranks } from './ranks.js';
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
 * | `transfers.people amount` | 2.99万, and 40 below ten thousand |
 * | `accidents.count change` | 下降51.6%, against the same span of the year before 同比 |
 * | `accidents.count chain` | against the span just before 环比 |
 * | `accidents.count average` | against the mean of three years |
 * | `changes a b c` | 分别下降51.6%、32.7%、69.2%, or each with its own word |
 * | `both a b` | 双上升, 双下降, or 一升一降 and the like |
 * | `previous forestFires.count` | 15 |
 * | `ranked accidents.count by industry top 3` | 道路运输业（75起，占54.3%）、…, by rank |
 * | `named campaigns.count by record.topic top 5` | 危险化学品专项整治、…等: what most of its facts have in a field |
 * | `cases fires.deaths top 3` | 6月3日清新区…火灾（死亡1人）: the gravest of its incidents or fires |
 * | `if accidents.major.count = 0 ? text : other text` | one of the two, or nothing; with `[[figure]]` |
 * | `parts` | 四, how many parts its section has |
 * | `response began` (`courseInWords`) | 6月7日2时14分, of the response that a report is of |
 * | `year`, `nextYear`, `period` | 2020, 2021, 2020年上半年 |
 *
 * @throws NotHeld when it would print a figure that nobody holds: then there is no such sentence
 */
export function fill(paragraph: string, filling: Filling): Worded {
  const { place, period, figures, parts = 0 } = filling;
  const printed: string[] = [];
  const figure = (id: string): Figure => {
    const found = figures.get(id);
    if (found === undefined) throw new TemplateFault(`${place}: there is no figure ${id}`);
    printed.push(id);
    return found;
  };
  const year = Number(period.from.slice(0, 4));
  const say = (expression: string): string => {
    if (expression === 'year') return String(year);
    if (expression === 'nextYear') return String(year + 1);
    if (expression === 'period') return periodInWords(period);
    if (expression === 'parts') return NUMERALS[parts] ?? String(parts);
    return evaluate(expression, filling, figure);
  };
  const text = paragraph.replace(/\{\{\s*(.+?)\s*\}\}/gs, (_, expression: string) => say(expression));
  if (/\{\{|\}\}|\[\[|\]\]/.test(text))
    throw new TemplateFault(`${place}: brackets that do not close: ${text.slice(0, 60)}`);
  return { text: withoutFolds(text), printed };
}

/** What a paragraph is filled from. */
export type Filling = Readonly<{
  /** Where it stands, for faults. */ place: string;
  period: Period;
  figures: ReadonlyMap<string, Figure>;
  /** Held against the span just before, and against the mean of three years; where the template asks for them. */
  chain?: ReadonlyMap<string, Figure>;
  average?: ReadonlyMap<string, Figure>;
  ranks?: Ranks;
  behind?: Behind;
  course?: Course;
  /** Parts of its section. */ parts?: number;
  profile?: Profile;
}>;

const NUMERALS = ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];

/** YAML folds a line end into a blank; between Chinese characters there is none. */
const withoutFolds = (text: string): string => text.replace(/(?<=[\u2e80-\uffef\d%])\s+(?=[\u2e80-\uffef])/g, '');

function evaluate(expression: string, filling: Filling, figure: FigureOf): string {
  const { place, chain, average, ranks, behind, profile = PROFILE } = filling;
  const choice = /^if (.+?) \?(.*?)(?: |^):(.*)$/s.exec(expression);
  if (choice !== null) {
    const [, conditions = '', yes = '', no = ''] = choice;
    const text = holds(conditions, place, figure) ? yes : no;
    return text.trim().replace(/\[\[\s*(.+?)\s*\]\]/g, (_, inner: string) => evaluate(inner, filling, figure));
  }
  const ranked = rankedIn(expression);
  if (ranked !== null) return rankInWords(ranked, figure(ranked.id), ranks, profile);
  const named = namedInWords(expression, place, { figure, behind });
  if (named !== null) return named;
  const [word = '', ...rest] = expression.split(/\s+/);
  if (word === 'response' && rest.length === 1) return courseInWords(String(rest[0]), filling.course, place);
  if (word === 'changes' && rest.length > 0) return changesTogether(rest.map(figure), profile);
  if (word === 'both' && rest.length > 0) return bothOf(rest.map(figure));
  if (word === 'previous' && rest.length === 1) return previousOf(figure(rest[0] as string));
  const against = (others: ReadonlyMap<string, Figure> | undefined): string => {
    figure(word);
    const found = others?.get(word);
    if (found === undefined) throw new NotHeld(`${word} ${rest.join(' ')}`);
    return changeOf(found, profile);
  };
  switch (rest.join(' ')) {
    case '':
      return printedOf(figure(word), profile);
    case 'wan':
      return String(roundHalfUp(valueOf(figure(word)) / 10_000, 2));
    case 'amount': {
      const value = valueOf(figure(word));
      return value < 10_000 ? String(value) : `${roundHalfUp(value / 10_000, 2)}万`;
    }
    case 'change':
      return changeOf(figure(word), profile);
    case 'chain':
      return against(chain);
    case 'average':
      return against(average);
    default:
      throw new TemplateFault(`${place}: cannot read {{${expression}}}`);
  }
}

function previousOf({ id, previous, changeNote }: Figure): string {
  if (previous === null || changeNote === 'unfinished') throw new NotHeld(`${id} of the year before`);
  return String(previous);
}

/** A share with as many decimals as its issuer gives; a number as it is. */
function printedOf(figure: Figure, profile: Profile): string {
  const value = valueOf(figure);
  return figure.unit === 'percent' ? decimal(figure.exact ?? value, profile.shareDecimals, profile) : String(value);
}

/** What a change is measured by. */
type Changed = Pick<Figure, 'id' | 'direction' | 'changeNote' | 'value' | 'previous' | 'unit' | 'base' | 'exact'>;

/** In the unit of the figure, money in 万元: 3起, 0.9万元. */
const amountOf = (value: number, unit: Figure['unit']): string =>
  `${unit === 'yuan' ? roundHalfUp(value / 10_000, 2) : roundHalfUp(value, 2)}${UNIT_IN_CHINESE[unit]}`;

/**
 * 下降51.6%, 上升3%, 持平; a share changes by percentage points; what cannot be compared says so, and a zero base gives
 * no percentage.
 */
export function changeOf(figure: Changed, profile: Profile = PROFILE): string {
  const { direction, changeNote, previous, unit, base } = figure;
  const value = valueOf(figure as Figure);
  const isYear = /^\d{4}$/.test(base.period);
  if (changeNote === 'unfinished') return isYear ? '不可比（全年未满）' : '不可比（本期未满）';
  if (changeNote === 'other-definition') return '不可比（口径不同）';
  if (changeNote === 'no-base' || previous === null) return isYear ? '不可比（上年未统计）' : '不可比（基期未统计）';
  const isNothing = unit === 'yuan' && roundHalfUp(Math.abs(value - previous) / 10_000, 2) === 0;
  if (isNothing) return `基本${profile.level}`;
  if (changeNote === 'zero-base') return `${profile.more}${amountOf(value, unit)}（${isYear ? '上年' : '基期'}为0）`;
  if (direction === 'level' || value === previous) return profile.level;
  const [fell, by] = [value < previous, Math.abs(value - previous)];
  const [goes, amount] = [fell ? profile.down : profile.up, fell ? profile.fewer : profile.more];
  const points = Math.max(1, profile.shareDecimals);
  if (unit === 'percent' && roundHalfUp(by, points) === 0) return `基本${profile.level}`;
  if (unit === 'percent') return `${goes}${decimal(by, points, profile)}个百分点`;
  const percent = percentOf(figure, profile);
  // So small a change that it rounds to nothing is said in numbers: "下降0%" says nothing.
  if (percent === null || previous < profile.differencesBelow) return `${amount}${amountOf(by, unit)}`;
  return `${goes}${percent}`;
}

/** 51.6%; null where it rounds to nothing. */
function percentOf({ value, previous }: Changed, profile: Profile): string | null {
  if (value === null || previous === null || previous === 0) return null;
  const percent = Math.abs(((value - previous) / previous) * 100);
  return roundHalfUp(percent, profile.decimals) === 0 ? null : `${decimal(percent, profile.decimals, profile)}%`;
}

/** One word for all where all go the same way, else each its own. */
export function changesTogether(figures: readonly Figure[], profile: Profile = PROFILE): string {
  const words = figures.map((figure) => changeOf(figure, profile));
  if (new Set(words).size === 1 && (words[0] ?? '').startsWith('不可比')) return words[0] as string;
  const directions = new Set(figures.map(({ direction }) => direction));
  const goes = directions.has('down') ? profile.down : profile.up;
  const plain = figures.every(({ unit }, index) => unit !== 'percent' && words[index]?.endsWith('%') === true);
  if (figures.length > 1 && plain && directions.size === 1)
    return `分别${goes}${words.map((one) => one.slice(goes.length)).join('、')}`;
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
