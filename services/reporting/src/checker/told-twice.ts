import type { Found } from './finding.js';
import { countedIn, sentencesOf, type Counted, type Piece } from './text.js';

/** What a number is of: the words just before it. */
const WORDS = /[\u4e00-\u9fff]{4,16}$/;
/** Words that open a clause and say nothing of what is counted. */
const OPENING = /^(?:(?:全市|全年|全省|全县|全区|累计|共|共计|已|先后|一共|总共|合计|发生|造成|开展|组织)+)/;
/** What is counted, by its last word; a place or an industry alone says nothing of it. */
const COUNTED_NOUN = /(?:事故|火灾|火情|警情|隐患|群众|人员|死亡|受伤|失踪|损失)$/;
/** Words that say of which part, time or place: two such numbers are two. */
const PART =
  /上年|去年|同期|上半年|下半年|季度|月份|\d月|\d日|[一二三四五六七八九十]月|其中|分别|各|县|区|镇|每|平均|计划|目标|新增|次日|较|比|占|前|后/;

type Told = Counted & Readonly<{ key: string; sentence: string }>;

/**
 * One number told two ways: the same words of a whole year, twice, with numbers that are not the same one rounded.
 * Nobody knows which is right, or whether the second is of another time; so it is a doubt.
 */
export function toldTwice(paragraphs: readonly Piece[]): Found[] {
  const first = new Map<string, Told>();
  const found: Found[] = [];
  for (const told of paragraphs.flatMap(toldIn)) {
    const before = first.get(told.key);
    if (before === undefined) first.set(told.key, told);
    else if (!isSame(before, told))
      found.push({
        rule: 'twice',
        certain: false,
        at: told.at,
        printed: told.text,
        possible: `前文为${before.text} / it was ${before.text} before`,
      });
  }
  return found;
}

function toldIn(paragraph: Piece): Told[] {
  return sentencesOf(paragraph).flatMap(({ text, at }) => {
    if (PART.test(text)) return [];
    return countedIn(text).flatMap((one): Told[] => {
      const words = WORDS.exec(text.slice(0, one.at))?.[0].replace(OPENING, '') ?? '';
      return words.length < 4 || !COUNTED_NOUN.test(words)
        ? []
        : [{ ...one, at: at + one.at, key: `${words} ${one.measure}`, sentence: text }];
    });
  });
}

/** 2.99万 is 29900: equal to within half of the last place of the coarser. */
function isSame(a: Counted, b: Counted): boolean {
  return Math.abs(a.value - b.value) <= Math.max(stepOf(a), stepOf(b)) / 2 + 1e-9;
}

function stepOf({ text, value }: Counted): number {
  const [digits = '', scale = ''] = /^([\d,.]+)(万|亿)?/.exec(text)?.slice(1) ?? [];
  const places = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  if (scale === '' && Number.isInteger(value)) return 0;
  return 10 ** -places * (scale === '万' ? 1e4 : scale === '亿' ? 1e8 : 1);
}
