import { isPrintedAs, isWide, totalsFor } from './arithmetic.js';
import type { Found, Rule } from './finding.js';
import { countedIn, numeralOf, printedOf, sentencesOf, type Counted, type Measure, type Piece } from './text.js';

const SHARE =
  /占(?:比(?:为|达)?)?([^。;,、()%\d]{0,14}?)(?:的|比)?((?:\d+(?:\.\d+)?%)(?:(?:[、,]|和|与)\d+(?:\.\d+)?%)*)/g;
/** 这三个行业, 上述3类, 三个行业: what stands in the list before. */
const THESE = /(?:这|上述|以上|前)?([二两三四五六七八九十]|\d+)(?:个|类|大|种)(?:行业|领域|类别|地区|县区|方面)/;
/** 占全省的, 占比由上年的80.1%, 占道路运输事故的: of another whole than the paragraph's. */
const ELSEWHERE = /由|上年|去年|同期|超|近|约|逾|全省|全国|不到/;
const THE_WHOLE = /^(?:了|为|到|达|全市|全部|其|事故|死亡|受伤|火灾|隐患|起数|人数|总|数|量|比例|比重|比|的)*$/;
/** 80%以上: not that number. */
const ABOUT = /^(?:以上|以下|以内|左右|多|余)/;
/** 事故起数占, 死亡人数占: of all in the list, not of its last. */
const ALL_OF_THEM = /起数|宗数|人数/;
/** Characters before 占 in which that stands. */
const NEAR = 8;

/** A share and the whole number that it is of. */
type Shared = Readonly<{ part: Counted; at: number; digits: string }>;

/** Whether a share can be what a whole part is of a whole total: of the one that the paragraph names, or of any. */
export const shares: Rule = (paragraph) => {
  const all = sharedIn(paragraph);
  const counted = countedIn(paragraph.text);
  const found = all.flatMap((one): Found[] => {
    const reason = why(one, all, counted);
    if (reason === null) return [];
    const printed = `${one.part.text} 占${one.digits}%`;
    return [{ rule: 'share', at: paragraph.at + one.at, printed, ...reason }];
  });
  return found.length > 0 ? found : jointly(all, counted, paragraph);
};

const wordsBefore = (text: string, at: number): string => text.slice(Math.max(0, at - 4), at);

/**
 * Each has a whole total, and there is none that all have: shares of one list are of one total. Where a total is named,
 * each was held to it already.
 */
function jointly(all: readonly Shared[], counted: readonly Counted[], { text, at }: Piece): Found[] {
  const kindOf = ({ part }: Shared): string =>
    `${part.measure} ${/死亡|受伤/.exec(wordsBefore(text, part.at))?.[0] ?? ''}`;
  return [...new Set(all.map(kindOf))].flatMap((kind): Found[] => {
    const alike = all.filter((one) => kindOf(one) === kind);
    const measure = alike[0]?.part.measure;
    const [first, second] = alike;
    if (first === undefined || second === undefined) return [];
    const named = counted.some((one) => one.measure === measure && !alike.some(({ part }) => part.at === one.at));
    if (named) return [];
    // What is next to nothing is a part of any total; the narrowest says which totals there are.
    const telling = alike.filter(({ part, digits }) => !isWide(part.value, printedOf(digits)));
    const totals = telling
      .map(({ part, digits }) => totalsFor(part.value, printedOf(digits)))
      .sort((a, b) => a.length - b.length)[0];
    if (totals === undefined || telling.length < 2) return [];
    const least = alike.reduce((sum, { part }) => sum + part.value, 0);
    const common = totals.filter((total) =>
      telling.every(({ part, digits }) => isPrintedAs((part.value / total) * 100, printedOf(digits))),
    );
    if (common.some((total) => total >= least)) return [];
    const printed = alike.map(({ part, digits }) => `${part.text} 占${digits}%`).join('；');
    return [
      {
        rule: 'share',
        certain: common.length === 0,
        at: at + first.at,
        printed,
        possible: '没有一个共同的整数总数能得出各项占比 / no one whole total gives all of them',
      },
    ];
  });
}

function sharedIn(paragraph: Piece): Shared[] {
  const sentences = sentencesOf({ text: paragraph.text, at: 0 });
  return sentences.flatMap((sentence, index) => {
    const counted = countedIn(sentence.text);
    let from = 0;
    return [...sentence.text.matchAll(SHARE)].flatMap((match): Shared[] => {
      const [words, of = '', list = ''] = match;
      const clause = sentence.text.slice(from, match.index);
      const begins = from;
      from = match.index + words.length;
      if (ELSEWHERE.test(of) || !THE_WHOLE.test(of) || ABOUT.test(sentence.text.slice(from))) return [];
      const printed = [...list.matchAll(/\d+(?:\.\d+)?(?=%)/g)];
      const before = counted.filter(({ at, end, isAside }) => at >= begins && end <= match.index && !isAside);
      const isEach = printed.length > 1;
      const own = isEach ? (before.length === printed.length ? before : []) : before.slice(-1);
      const these = THESE.exec(sentence.text.slice(0, match.index));
      const isOfAll = own.length === 0 || ALL_OF_THEM.test(clause.slice(-NEAR));
      const listed = [sentence.text.slice(0, these?.index), sentences[index - 1]?.text ?? ''];
      const summed = these !== null && isOfAll ? ofThese(listed, these[1] ?? '', clause.slice(-NEAR)) : null;
      // 起数占84.5%，死亡人数占85.6%: each of the number of its measure, not of the last one.
      const measured = isOfAll && !isEach ? lastOf(counted, clause.slice(-NEAR), match.index) : null;
      const parts = summed !== null ? [summed] : measured !== null ? [measured] : isOfAll && !isEach ? [] : own;
      return parts.flatMap((part, nth): Shared[] => {
        const digits = printed[nth];
        if (digits === undefined || part.measure === 'money' || part.measure === 'other' || part.isRounded) return [];
        const place = match.index + words.length - list.length + digits.index;
        return [{ part: { ...part, at: sentence.at + part.at }, at: sentence.at + place, digits: digits[0] }];
      });
    });
  });
}

/** The last number before a place that is what 起数 or 死亡人数 is about. */
function lastOf(counted: readonly Counted[], clause: string, until: number): Counted | null {
  const measure: Measure = /起数|宗数/.test(clause) ? 'cases' : 'people';
  return counted.findLast((one) => one.end <= until && one.measure === measure && !one.isAside) ?? null;
}

/** 这三个行业事故起数: the sum of what the list before says of each. */
function ofThese(lists: readonly string[], many: string, clause: string): Counted | null {
  const measure: Measure | null = /死亡|受伤|人数/.test(clause)
    ? 'people'
    : /起数|宗数|事故|火灾/.test(clause)
      ? 'cases'
      : null;
  const found = lists.map((text) => countedIn(text).filter((one) => one.measure === measure));
  const listed = found.find(({ length }) => length === numeralOf(many));
  if (measure === null || listed === undefined || listed.some(({ isRounded }) => isRounded)) return null;
  const value = listed.reduce((sum, one) => sum + one.value, 0);
  const text = `${listed.map(({ value: one }) => one).join('+')}=${value}`;
  return { at: 0, end: 0, value, measure, text, isRounded: false, isAside: false };
}

function why(
  { part, digits }: Shared,
  all: readonly Shared[],
  counted: readonly Counted[],
): Pick<Found, 'certain' | 'possible'> | null {
  const share = printedOf(digits);
  if (share.percent > 100) return { certain: true, possible: '占比不能超过100% / no part is more than the whole' };
  const alike = all.filter((one) => one.part.measure === part.measure);
  const parts = alike.map((one) => one.part.value);
  const total = counted.find(
    ({ measure, at, value }) =>
      measure === part.measure &&
      at < (alike[0]?.part.at ?? 0) &&
      value >= Math.max(...parts) &&
      !alike.some((one) => one.part.at === at),
  );
  if (total !== undefined && !total.isRounded && part.at > total.at) {
    const percent = total.value === 0 ? 0 : (part.value / total.value) * 100;
    if (isPrintedAs(percent, share)) return null;
    const right = `${part.value}/${total.value}=${percent.toFixed(share.decimals + 1)}%`;
    const isWhole = parts.reduce((sum, one) => sum + one, 0) === total.value || part.value === total.value;
    // Made to add up to a hundred: off by one in its last place.
    const sum = alike.reduce((so, one) => so + Number(one.digits), 0);
    const isMade = Math.abs(sum - 100) < 1e-6 && Math.abs(percent - share.percent) <= 1.5 * 10 ** -share.decimals;
    return { certain: isWhole && !isMade, possible: `按文中总数应为 ${right} / of the total that the text names` };
  }
  if (totalsFor(part.value, share).length > 0) return null;
  const near = (part.value / share.percent) * 100;
  const words = [...new Set([Math.floor(near), Math.ceil(near)])]
    .filter((one) => one >= part.value)
    .map((one) => `总数${one}得${((part.value / one) * 100).toFixed(share.decimals + 1)}%`);
  return { certain: true, possible: `没有一个整数总数能得出：${words.join('，')} / no whole total gives it` };
}
