import { describe, expect, it } from '@jest/globals';
import { fromShanghai } from '@fengsui/contracts';
import { noticeText, type NoticeForm, type NoticeOf } from './index.js';

const FORM: NoticeForm = {
  prefix: '清防',
  issuer: '清远市防汛防旱防风指挥部',
  basis: '清远市防汛防旱防风防冻应急预案',
  addressees: '各县（市、区）三防指挥部，市三防指挥部成员单位',
  reportTo: '市三防办',
  reportAt: { IV: [], III: ['10:00', '15:00'], II: ['09:00', '16:00'], I: ['09:00', '16:00'] },
};
const NOTICE: NoticeOf = {
  number: 21,
  at: fromShanghai('2022-07-05T18:30'),
  change: 'raise',
  issuedAs: ['flood'],
  issuedAsBefore: ['flood'],
  from: 'IV',
  to: 'III',
  areas: [
    { name: '英德市', level: 'III' },
    { name: '石角站河段', level: 'IV' },
  ],
  reason: '预报北江干流将出现十年一遇以上洪水。',
};
const titleOf = (more: Partial<NoticeOf>): string => noticeText(FORM, { ...NOTICE, ...more }).title;

describe('a notice', () => {
  it('says number, exact time, from which level to which, why, where, and when reports are due', () => {
    expect(noticeText(FORM, NOTICE)).toEqual({
      number: '清防〔2022〕21号',
      title: '关于将防汛Ⅳ级应急响应提升为防汛Ⅲ级应急响应的通知',
      addressees: '各县（市、区）三防指挥部，市三防指挥部成员单位：',
      paragraphs: [
        '预报北江干流将出现十年一遇以上洪水。根据《清远市防汛防旱防风防冻应急预案》，清远市防汛防旱防风指挥部决定：自7月5日18时30分起，将防汛Ⅳ级应急响应提升为防汛Ⅲ级应急响应。',
        '响应范围：英德市（Ⅲ级）、石角站河段（Ⅳ级）。',
        '请各地、各有关单位按预案规定的Ⅲ级响应行动落实各项措施，每日10时、15时前将工作情况报市三防办，重要情况随时报告。',
      ],
      issuer: '清远市防汛防旱防风指挥部',
      date: '2022年7月5日',
    });
  });

  it('has a title for every change', () => {
    expect(titleOf({ change: 'start', from: 'none', to: 'IV', issuedAs: ['flood', 'wind'] })).toBe(
      '关于启动防汛防风Ⅳ级应急响应的通知',
    );
    expect(titleOf({ change: 'lower', from: 'II', to: 'IV' })).toBe('关于将防汛Ⅱ级应急响应降低为防汛Ⅳ级应急响应的通知');
    expect(titleOf({ change: 'convert', to: 'IV', issuedAs: ['wind'] })).toBe(
      '关于将防汛Ⅳ级应急响应转换为防风Ⅳ级应急响应的通知',
    );
    expect(titleOf({ change: 'widen', to: 'IV' })).toBe('关于扩大防汛Ⅳ级应急响应的范围的通知');
    expect(titleOf({ change: 'narrow', to: 'IV' })).toBe('关于缩小防汛Ⅳ级应急响应的范围的通知');
    expect(titleOf({ change: 'end', to: 'none' })).toBe('关于结束防汛Ⅳ级应急响应的通知');
  });

  it('of an end names no area and asks for no reports at fixed hours; a full hour has no minutes', () => {
    const ended = noticeText(FORM, {
      ...NOTICE,
      change: 'end',
      to: 'none',
      areas: [],
      at: fromShanghai('2021-06-04T14:00'),
    });
    expect(ended.paragraphs).toHaveLength(2);
    expect(ended.paragraphs.join('')).toContain('自6月4日14时起，结束防汛Ⅳ级应急响应');
    expect(ended.paragraphs.join('')).not.toContain('每日');
  });

  it('is numbered and dated by Beijing’s year', () => {
    const { number, date } = noticeText(FORM, { ...NOTICE, number: 1, at: fromShanghai('2023-01-01T01:00') });
    expect([number, date]).toEqual(['清防〔2023〕1号', '2023年1月1日']);
  });
});
