import { basesFor, isPrintedAs } from './arithmetic.js';
import type { Found, Rule } from './finding.js';
import { countedIn, printedOf, sentencesOf, type Counted } from './text.js';

const CHANGED =
  /(同比|环比|(?:比|较|与)(?:上年|去年|上月|前一年)(?:同期)?(?:相比)?)[,]?(?:均|也)?(?:分别)?(上升|上涨|增长|增加|提高|下降|减少|降低|下滑|下跌)(?:了)?((?:\d+(?:\.\d+)?%)(?:(?:[、,]|和|与)\d+(?:\.\d+)?%)*)/g;
/** A number of the period before: it is no number that changed. */
const OF_BEFORE = /(?:上年|去年|上期|基期|同期)(?:同期)?(?:为|的|发生)?$/;
const FALLS: ReadonlySet<string> = new Set(['下降', '减少', '降低', '下滑', '下跌']);

/** Whether there is any whole number of the period before from which what is printed follows. */
export const changes: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap((sentence) => {
    const stated = ofStatedBase(sentence);
    return stated.length > 0 ? stated : inSentence(sentence);
  });

/** 138起（上年285起），同比下降51.6%: the base is there. */
const STATED =
  /(\d+)(起|宗|人|名)[(,]?(?:而|较|比)?(?:上年|去年)(?:同期)?(?:为|的)?(\d+)(?:起|宗|人|名)?[)]?[^。;%\d]{0,8}?(上升|上涨|增长|增加|下降|减少|持平)(?:了)?(?:(\d+(?:\.\d+)?)%)?/g;

function ofStatedBase({ text, at }: Readonly<{ text: string; at: number }>): Found[] {
  return [...text.matchAll(STATED)].flatMap((match): Found[] => {
    const [printed, now = '', , then = '', word = '', digits] = match;
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

function inSentence({ text, at }: Readonly<{ text: string; at: number }>): Found[] {
  const counted = countedIn(text).filter((one) => !OF_BEFORE.test(text.slice(Math.max(0, one.at - 6), one.at)));
  const found: Found[] = [];
  let from = 0;
  for (const match of text.matchAll(CHANGED)) {
    const [words, , direction = '', list = ''] = match;
    const printed = [...list.matchAll(/\d+(?:\.\d+)?(?=%)/g)];
    const before = counted.filter(({ at: place, end }) => place >= from && end <= match.index);
    // As many numbers as percentages, or nobody knows which is whose.
    const own = printed.length === 1 ? before.slice(-1) : before.length === printed.length ? before : [];
    own.forEach((one, index) => {
      const digits = printed[index]?.[0] ?? '';
      const possible = why(one, digits, FALLS.has(direction));
      if (possible === null) return;
      const place = match.index + words.length - list.length + (printed[index]?.index ?? 0);
      found.push({
        rule: 'change',
        // From very many to a few rounds to all of it.
        certain: !(FALLS.has(direction) && Number(digits) === 100),
        at: at + place,
        printed: `${one.text} ${direction}${digits}%`,
        possible,
      });
    });
    from = match.index + words.length;
  }
  return found;
}

function why({ value, measure, isRounded, text }: Counted, digits: string, fell: boolean): string | null {
  const { percent, decimals } = printedOf(digits);
  const change = { percent: fell ? -percent : percent, decimals };
  if (fell && percent > 100) return `下降不能超过100% / nothing falls by more than all of it`;
  if (fell && percent === 100) return value === 0 ? null : `下降100%应为0，文中为${text} / what fell by all of it is 0`;
  if (!fell && percent > 0 && value === 0) return `上升后不能为0 / what rose is not 0`;
  if (measure === 'money' || measure === 'other' || isRounded) return null; // any number of the year before
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
