import type { Figure } from '../views.js';
import { isPrintedAs } from './arithmetic.js';
import type { Found } from './finding.js';
import { countedIn, printedOf, sentencesOf, type Counted, type Piece } from './text.js';

/** Sentences of another time or place say nothing of these figures. */
const ELSEWHERE =
  /上年|去年|同期|上半年|下半年|季度|月份|\d月|每|平均|计划|目标|其中|期间|累计|历年|以来|本次|此次|台风/;
const CHANGED = /(?:同比|比上年|较上年)(上升|增长|增加|下降|减少)(\d+(?:\.\d+)?)%/g;

/** Numbers of a text that the store has, too, and otherwise. */
export function againstStore(paragraphs: readonly Piece[], held: readonly Figure[], period: string): Found[] {
  const known = held.flatMap((figure) => {
    const name = nameOf(figure);
    return name === null || figure.value === null ? [] : [{ figure, name }];
  });
  // The longest name first: 较大道路交通事故 is not 道路交通事故.
  known.sort((a, b) => b.name.length - a.name.length);
  return paragraphs.flatMap(sentencesOf).flatMap(({ text, at }) => {
    if (ELSEWHERE.test(text.replaceAll(period, ''))) return [];
    const taken = new Set<number>();
    return known.flatMap(({ figure, name }) =>
      [...text.matchAll(new RegExp(name, 'g'))].flatMap(({ index }): Found[] => {
        const from = index + name.length;
        // Only what the whole city says of the whole period: 英德市发生…, 电气火灾, 2019年 are others.
        const clause = /[^,，、;；:：()（）]*$/.exec(text.slice(0, index))?.[0] ?? '';
        if (!OURS.test(clause.replaceAll(period, ''))) return [];
        const one = countedIn(text).find((counted) => counted.at >= from && counted.at - from <= GAP);
        if (one === undefined || taken.has(one.at) || !isAlike(one, figure)) return [];
        taken.add(one.at);
        return [...valueFault(one, figure, at), ...changeFault(text, one, figure, at)];
      }),
    );
  });
}

/** Words that may stand before a name. */
const OURS = /^\s*(?:全市|全年|本年|本期|期间|共|共计|累计|发生|造成|组织|开展|安全)*$/;

/** Characters between a name and its number. */
const GAP = 4;

/** 生产安全事故起数 is told as 生产安全事故138起; a share has no number of its own. */
function nameOf({ label, unit, method }: Figure): string | null {
  if (unit === 'percent' || method === 'constant') return null;
  const name = label.zh.replace(/（.*?）/g, '').replace(/(?:起数|次数|人数|人次|场次|批次|数)$/, '');
  return name.length >= 2 ? name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : null;
}

const isAlike = ({ measure }: Counted, { unit }: Figure): boolean =>
  measure === { count: 'cases', persons: 'people', yuan: 'money', percent: '', weeks: '', hectares: '' }[unit];

function valueFault(one: Counted, { id, value }: Figure, at: number): Found[] {
  const [digits = '', scale = ''] = /^([\d,.]+)(万|亿)?/.exec(one.text)?.slice(1) ?? [];
  const places = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  const step = 10 ** -places * (scale === '万' ? 1e4 : scale === '亿' ? 1e8 : 1);
  if (value === null || Math.abs(one.value - value) < (one.isRounded ? step : 1e-6)) return [];
  const possible = `库中为${value}（${id}）/ the store has ${value}`;
  return [{ rule: 'store', certain: true, at: at + one.at, printed: one.text, possible }];
}

function changeFault(text: string, one: Counted, { id, value, previous }: Figure, at: number): Found[] {
  const next = [...text.matchAll(CHANGED)].find(
    ({ index }) => index >= one.end && !/\d/.test(text.slice(one.end, index)),
  );
  if (next === undefined || value === null || previous === null || previous === 0) return [];
  const [printed, word = '', digits = ''] = next;
  const change = printedOf(digits);
  const told = /下降|减少/.test(word) ? -change.percent : change.percent;
  const percent = ((value - previous) / previous) * 100;
  if (isPrintedAs(percent, { ...change, percent: told })) return [];
  const possible = `库中${previous}→${value}，为${percent.toFixed(change.decimals + 1)}%（${id}）/ the store has that`;
  return [{ rule: 'store', certain: true, at: at + next.index, printed, possible }];
}
