import { basesFor, isPrintedAs, type Printed } from './arithmetic.js';
import type { Found, Rule } from './finding.js';
import { countedIn, isWhole, printedOf, sentencesOf, type Counted } from './text.js';

/** Whether there is any whole number of the period before from which what is printed follows. */
export const changes: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap((sentence) => {
    const stated = ofStatedBase(sentence);
    return stated.length > 0 ? stated : inSentence(sentence);
  });

/** 138起（上年285起），同比下降51.6%: the base is there, and nothing between it and the change. */
const STATED =
  /(?<![\d,.])(\d+)(起|宗|人|名)[(,](?:上年|去年)(?:同期)?(?:为)?(\d+)\2[)]?[,]?(?:同比)?(上升|上涨|增长|增加|下降|减少|持平)(?:了)?(?:(\d+(?:\.\d+)?)%(?!以上|左右|以下))?/g;

function ofStatedBase({ text, at }: Readonly<{ text: string; at: number }>): Found[] {
  return [...text.matchAll(STATED)].flatMap((match): Found[] => {
    const [printed, now = '', , then = '', word = '', digits] = match;
    const rest = text.slice(match.index + printed.length);
    // 增加2起 says how many, which is right whatever the percentage would be.
    if (digits === undefined && word !== '持平' && /^\d/.test(rest)) return [];
    const [value, base] = [Number(now), Number(then)];
    const goes = value > base ? '上升' : value < base ? '下降' : '持平';
    const said = word === '持平' ? '持平' : FALLS.has(word) ? '下降' : '上升';
    const percent = base === 0 ? null : ((value - base) / base) * 100;
    const isRight =
      goes === said && (digits === undefined || percent === null || isPrintedAs(Math.abs(percent), printedOf(digits)));
    if (isRight) return [];
    const right = `${then}→${now} 为${goes}${percent === null ? '' : `${Math.abs(percent).toFixed(2)}%`}`;
    return [
      { rule: 'change', certain: true, at: at + match.index, printed, possible: `${right} / by the base it names` },
    ];
  });
}

const WAY = '上升|上涨|增长|增加|提高|下降|减少|降低|下滑|下跌';
const CHANGED = new RegExp(
  [
    `(同比|环比|(?:比|较|与)(?:上年|去年|上月|前一年)(?:同期)?(?:相比)?)[,]?(?:均|也)?(分别)?(?:大幅|明显|略|小幅)?`,
    `(${WAY})(?:了)?((?:\\d+(?:\\.\\d+)?%)(?:(?:[、,]|和|与)(?:${WAY})?\\d+(?:\\.\\d+)?%)*)`,
  ].join(''),
  'g',
);
const FALLS: ReadonlySet<string> = new Set(['下降', '减少', '降低', '下滑', '下跌']);
/** 30%以上, 30%左右: not that number. */
const ABOUT = /^(?:以上|以下|以内|左右|多|余|[、,](?:持平|增加|减少|上升|下降|\d))/;

/**
 * Which number a percentage is of is said by their places alone: the one just before, alone in its clause; or with
 * 分别 as many as percentages. Anything else counts in the text's favour.
 */
function inSentence({ text, at }: Readonly<{ text: string; at: number }>): Found[] {
  const counted = countedIn(text);
  const found: Found[] = [];
  let from = 0;
  for (const match of text.matchAll(CHANGED)) {
    const [words, , respectively, direction = '', list = ''] = match;
    const end = match.index + words.length;
    const before = counted.filter(({ at: place, end: until }) => place >= from && until <= match.index);
    from = end;
    const printed = [...list.matchAll(new RegExp(`(${WAY})?(\\d+(?:\\.\\d+)?)(?=%)`, 'g'))];
    const own = respectively === undefined ? before : before.filter(({ measure }) => measure !== 'other');
    const [last] = own.slice(-1);
    const isNext = last !== undefined && /^[,、]?$/.test(text.slice(last.end, match.index));
    const isClear = isNext && !before.some(({ isAside }) => isAside) && own.length === printed.length;
    if (!isClear || (respectively !== undefined && printed.length === 1) || ABOUT.test(text.slice(end))) continue;
    let goes = direction;
    own.forEach((one, index) => {
      const [, way, digits = ''] = printed[index] ?? [];
      goes = way ?? goes;
      const possible = why(one, digits, FALLS.has(goes));
      if (possible === null) return;
      const place = match.index + words.length - list.length + (printed[index]?.index ?? 0);
      found.push({
        rule: 'change',
        // From very many to a few rounds to all of it.
        certain: !(FALLS.has(goes) && Number(digits) === 100),
        at: at + place,
        printed: `${one.text} ${goes}${digits}%`,
        possible,
      });
    });
  }
  return found;
}

/** A number with the change that follows it at once. */
export type Changed = Readonly<{
  counted: Counted;
  change: Printed;
  /** 下降70%. */ words: string;
  /** 同比, 环比, 比上年. */ against: string;
  end: number;
}>;

/** Numbers with a change of their own, alone after them: 138起，同比下降51.6%. */
export function changesAfter(text: string): readonly Changed[] {
  const counted = countedIn(text);
  return [...text.matchAll(CHANGED)].flatMap((match): Changed[] => {
    const [words, against = '', respectively, way = '', list = ''] = match;
    const end = match.index + words.length;
    const one = counted.findLast(({ end: until }) => until <= match.index);
    const digits = /^(\d+(?:\.\d+)?)%$/.exec(list)?.[1];
    if (one === undefined || digits === undefined || respectively !== undefined || ABOUT.test(text.slice(end)))
      return [];
    if (!/^[,、]?$/.test(text.slice(one.end, match.index))) return [];
    const { percent, decimals } = printedOf(digits);
    return [
      {
        counted: one,
        change: { percent: FALLS.has(way) ? -percent : percent, decimals },
        words: `${way}${digits}%`,
        against,
        end,
      },
    ];
  });
}

function why(counted: Counted, digits: string, fell: boolean): string | null {
  const { value, text } = counted;
  const { percent, decimals } = printedOf(digits);
  const change = { percent: fell ? -percent : percent, decimals };
  if (fell && percent > 100) return `下降不能超过100% / nothing falls by more than all of it`;
  if (fell && percent === 100) return value === 0 ? null : `下降100%应为0，文中为${text} / what fell by all of it is 0`;
  if (!fell && percent > 0 && value === 0) return `上升后不能为0 / what rose is not 0`;
  if (!isWhole(counted)) return null; // any number of the year before
  if (basesFor(value, change).length > 0) return null;
  const near = nearest(value, change.percent);
  return `没有一个上期整数能得出：${near} / no whole number of the period before gives it`;
}

/** The nearest whole numbers, and what they would give. */
function nearest(value: number, percent: number): string {
  const base = value / (1 + percent / 100);
  return [...new Set([Math.floor(base), Math.ceil(base)])]
    .filter((one) => one > 0)
    .map((one) => `上期${one}得${(((value - one) / one) * 100).toFixed(2)}%`)
    .join('，');
}
