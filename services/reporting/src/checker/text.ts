/** A text as it is checked: characters of one width, each in its place; blanks beside numbers say nothing. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[！-～]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    .replaceAll('　', ' ')
    .replaceAll(/(?<=[\u4e00-\u9fff]) +(?=\d)|(?<=\d) +(?=[\u4e00-\u9fff%])/g, '');

/** What is counted: 起 accidents, 人 people, 万元 money; what has another unit, or none, is read and not reckoned with. */
export type Measure = 'cases' | 'people' | 'money' | 'other';

/** A number with its unit, where it stands. */
export type Counted = Readonly<{
  at: number;
  end: number;
  value: number;
  measure: Measure;
  /** As it is written. */ text: string;
  /** Rounded to ten thousands or more: it stands for many whole numbers. */ isRounded: boolean;
  /** Of the year before, of how many more or fewer, or of a part: not what the sentence is about. */ isAside: boolean;
}>;

/** Whether it is one whole number; money, what is rounded and what has another unit stand for many. */
export const isWhole = ({ measure, isRounded }: Counted): boolean =>
  measure !== 'money' && measure !== 'other' && !isRounded;

const UNITS: Readonly<Record<string, Measure>> = { 起: 'cases', 宗: 'cases', 人: 'people', 名: 'people', 元: 'money' };
/** Units of time and order: such a number counts nothing. */
const NO_COUNT = /[年月日时点号届周度]/;
/** Words just before a number that is not what the sentence tells. */
const ASIDE =
  /(?:增加|减少|增长|上升|下降|多|少|上年|去年|上期|上月|基期|同期|其中|含|包括|失踪|不含)(?:同期)?(?:了|为|的|约|发生|死亡|受伤)?[\u4e00-\u9fff]{0,6}$/;
/** Characters before a number in which such words stand. */
const NEAR = 12;
const COUNTED = /(\d[\d,]*(?:\.\d+)?)(万|亿)?(人次|[\u4e00-\u9fff])?/g;
/** 无人员受伤, 无人死亡, 没有人员伤亡: nobody. */
const NOBODY = /(?:无|没有)(?:人员?)(?:死亡|受伤|伤亡)/g;
const SCALE: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** Numbers with units in a text, in their order; percentages, years and dates are none. */
export function countedIn(text: string): Counted[] {
  const found: Counted[] = [];
  for (const match of text.matchAll(COUNTED)) {
    const [written, digits = '', scale = '', unit = ''] = match;
    const until = match.index + written.length;
    if (isDigitBefore(text, match.index) || /[%‰]/.test(text[until] ?? '')) continue;
    if (scale === '' && NO_COUNT.test(unit)) continue;
    const measure = unit === '人次' ? 'other' : (UNITS[unit] ?? 'other');
    const value = Number(digits.replaceAll(',', '')) * (SCALE[scale] ?? 1);
    const isRounded = scale !== '' || !Number.isInteger(value);
    const isAside = ASIDE.test(text.slice(Math.max(0, match.index - NEAR), match.index));
    found.push({ at: match.index, end: until, value, measure, text: written, isRounded, isAside });
  }
  for (const match of text.matchAll(NOBODY)) {
    const end = match.index + match[0].length;
    found.push({ at: match.index, end, value: 0, measure: 'people', text: match[0], isRounded: false, isAside: false });
  }
  return found.sort((a, b) => a.at - b.at);
}

const isDigitBefore = (text: string, at: number): boolean => /[\d.]/.test(text[at - 1] ?? '');

/** A part of a text, and where it begins. */
export type Piece = Readonly<{ text: string; at: number }>;

/** Paragraphs, each a line. */
export const paragraphsOf = (text: string): Piece[] => split({ text, at: 0 }, /\n+/g);
/** Sentences of a paragraph: also what a semicolon parts. */
export const sentencesOf = (paragraph: Piece): Piece[] => split(paragraph, /[。;!?]/g);

function split({ text, at }: Piece, by: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(by)) {
    pieces.push({ text: text.slice(from, match.index), at: at + from });
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from), at: at + from });
  return pieces.filter((piece) => piece.text.trim() !== '');
}

/** A percentage as it is written. */
export const printedOf = (digits: string) => ({
  percent: Number(digits),
  decimals: digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0,
});

const NUMERALS = '零一二三四五六七八九十';
/** 三, 3, 十二; null: it is no number. */
export function numeralOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  if (text === '两') return 2;
  if (text.length === 1) return NUMERALS.indexOf(text) >= 0 ? NUMERALS.indexOf(text) : null;
  const [tens = '', ones = ''] = text.split('十');
  const [high, low] = [tens === '' ? 1 : NUMERALS.indexOf(tens), ones === '' ? 0 : NUMERALS.indexOf(ones)];
  return text.includes('十') && high > 0 && low >= 0 ? high * 10 + low : null;
}
