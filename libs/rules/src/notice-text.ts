import {
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  shanghaiDate,
  shanghaiMinute,
  type Hazard,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import type { ChangeKind } from './flood-orders.js';
import type { RaisingLevel } from './flood-plan.js';

/** How an authority writes its notices 应急响应通知. */
export type NoticeForm = Readonly<{
  /** Before the year: 清防〔2020〕1号. */ prefix: string;
  issuer: string;
  /** The plan that a notice rests on, by its title. */ basis: string;
  /** To whom it goes, in words. */ addressees: string;
  /** Where reports go, and when, by level: `10:00`. */ reportTo: string;
  reportAt: Readonly<Record<RaisingLevel, readonly string[]>>;
}>;

/** A change of a response, as its notice tells it. */
export type NoticeOf = Readonly<{
  number: number;
  at: UtcInstant;
  change: ChangeKind;
  issuedAs: readonly Hazard[];
  /** What it was issued against before. */ issuedAsBefore: readonly Hazard[];
  from: Level;
  to: Level;
  /** Names of the parts, each with its level. */ areas: readonly Readonly<{ name: string; level: Level }>[];
  reason: string;
}>;

/** A notice on paper: its parts, in the order in which they stand. */
export type NoticeText = Readonly<{
  number: string;
  title: string;
  addressees: string;
  paragraphs: readonly string[];
  issuer: string;
  date: string;
}>;

/** `清防〔2020〕1号`: numbered by Beijing's year, without gaps. */
export const noticeNumber = ({ prefix }: Pick<NoticeForm, 'prefix'>, year: string, number: number): string =>
  `${prefix}〔${year}〕${number}号`;

/** What a notice of a change says: from when on exactly, from which level to which, why, where, and what to report. */
export function noticeText(form: NoticeForm, notice: NoticeOf): NoticeText {
  const { number, at, to, reason, areas } = notice;
  const [year = '', month = '', day = ''] = shanghaiDate(at).split('-');
  const what = changeInWords(notice);
  const basis = reason.trim().replace(/[。；]+$/u, '');
  const reports = to === 'none' ? [] : form.reportAt[to].map((time) => `${Number(time.slice(0, 2))}时`);
  return {
    number: noticeNumber(form, year, number),
    title: `关于${what}的通知`,
    addressees: `${form.addressees}：`,
    paragraphs: [
      `${basis === '' ? '' : `${basis}。`}根据《${form.basis}》，${form.issuer}决定：自${clockInWords(at)}起，${what}。`,
      ...(to === 'none' ? [] : [`响应范围：${areasInWords(areas)}。`]),
      to === 'none'
        ? '请各地、各有关单位继续做好隐患排查、灾后恢复和信息报送；尚未落实安置或核实的人员，逐一跟踪到位。'
        : `请各地、各有关单位按预案规定的${LEVEL_IN_CHINESE[to]}响应行动落实各项措施${
            reports.length === 0 ? '' : `，每日${reports.join('、')}前将工作情况报${form.reportTo}，重要情况随时报告`
          }。`,
    ],
    issuer: form.issuer,
    date: `${year}年${Number(month)}月${Number(day)}日`,
  };
}

function changeInWords({ change, issuedAs, issuedAsBefore, from, to }: NoticeOf): string {
  const response = (hazards: readonly Hazard[], level: Level): string =>
    `${hazardsInChinese(hazards)}${level === 'none' ? '' : LEVEL_IN_CHINESE[level]}应急响应`;
  const [before, after] = [response(issuedAsBefore, from), response(issuedAs, to)];
  switch (change) {
    case 'start':
      return `启动${after}`;
    case 'raise':
      return `将${before}提升为${after}`;
    case 'lower':
      return `将${before}降低为${after}`;
    case 'convert':
      return `将${before}转换为${after}`;
    case 'widen':
      return `扩大${after}的范围`;
    case 'narrow':
      return `缩小${after}的范围`;
    case 'end':
      return `结束${before}`;
  }
}

/** `6月7日2时35分`. */
function clockInWords(at: UtcInstant): string {
  const [date = '', time = ''] = shanghaiMinute(at).split('T');
  const [, month, day] = date.split('-').map(Number);
  const [hour, minute] = time.split(':').map(Number);
  return `${month}月${day}日${hour}时${minute === 0 ? '' : `${minute}分`}`;
}

function areasInWords(areas: NoticeOf['areas']): string {
  const same = new Set(areas.map(({ level }) => level)).size === 1;
  return areas.map(({ name, level }) => (same ? name : `${name}（${LEVEL_IN_CHINESE[level]}）`)).join('、');
}
