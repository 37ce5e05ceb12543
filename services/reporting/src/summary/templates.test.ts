import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { utc } from '@fengsui/contracts';
import { yearOnYear } from '@fengsui/rules';
import fc from 'fast-check';
import { ReportingPlan } from '../index.js';
import type { Figure } from '../views.js';
import type { FactContent } from '../facts/fact-content.js';
import type { Behind } from './cases.js';
import type { Course } from './response-course.js';
import { compose } from './compose.js';

const PLANS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans');
const CITIES = ['qingyuan', 'shaoguan'];
const READ = new Map(CITIES.map((city) => [city, ReportingPlan.read(path.join(PLANS, city))]));
const planOf = (city: string): ReportingPlan => READ.get(city) as ReportingPlan;
const INDICATORS = planOf('qingyuan').catalogue.indicators;
const YEAR = { name: '2020', from: '2020-01-01', to: '2020-12-31' };
const templateOf = (city: string) => planOf(city).template;

type Given = Readonly<{ value: number | null; previous: number | null; isOver: boolean }>;
const anyFigure = fc.record({
  value: fc.oneof(fc.constant(null), fc.nat(3), fc.nat(2_000_000), fc.double({ min: 0, max: 1e9, noNaN: true })),
  previous: fc.oneof(fc.constant(null), fc.nat(3), fc.nat(2_000_000)),
  isOver: fc.boolean(),
});

/** Facts behind any figure: a record with every field, an accident, a fire. */
const BEHIND: Behind = {
  counties: new Map([['441803', '清新区']]),
  facts: Object.assign(new Map(), { get: (id: string) => [factOf(id)] }),
};
function factOf(id: string): FactContent {
  const indicator = INDICATORS.find((one) => one.id === id);
  const kind = indicator !== undefined && 'kind' in indicator ? indicator.kind : 'record';
  const fields = new Proxy({}, { get: () => '甲' });
  const at = '2020-06-03T01:00:00.000Z';
  const fact = { kind, at, region: '441803', place: '滨江路', category: 'road-accident', deaths: 4, record: fields };
  return fact as unknown as FactContent;
}

/** A response that went from Ⅳ to Ⅲ and ended. */
const COURSE: Course = {
  isOver: true,
  days: { name: '2020-06-07..2020-06-10', from: '2020-06-07', to: '2020-06-10' },
  changes: (
    [
      ['start', 'none', 'IV', '2020-06-06T18:14:00.000Z'],
      ['raise', 'IV', 'III', '2020-06-07T18:00:00.000Z'],
      ['end', 'III', 'none', '2020-06-10T01:20:00.000Z'],
    ] as const
  ).map(([change, from, to, at]) => ({
    kind: 'response-change',
    region: '441800',
    hazards: ['flood'],
    episodeId: '441800-flood-2020-E01',
    counties: ['441803'],
    notice: change === 'start' ? '清防〔2020〕1号' : null,
    reason: '石角站超警',
    change,
    from,
    to,
    at: utc(at),
  })),
};

/** Figures of a year, whatever they come to. */
const figuresOf = (values: readonly Given[]): Figure[] =>
  INDICATORS.map(({ id, label, unit, version, method, definition }, index) => {
    const { value: given, previous, isOver } = values[index % values.length] as Given;
    const value = given === null ? null : Math.round(given * 100) / 100;
    const { percent, note, direction } =
      value === null ? { percent: null, note: 'no-base' as const, direction: null } : yearOnYear(value, previous);
    const base = {
      kind: 'known' as const,
      period: '2019',
      value: previous,
      published: null,
      source: null,
      restated: [],
    };
    const figure = {
      id,
      label,
      unit,
      version,
      method,
      definition,
      since: null,
      exact: null,
      base,
      indicator: id,
      value,
      previous,
    };
    return isOver || note === 'no-base'
      ? { ...figure, change: percent, changeNote: note, direction }
      : { ...figure, change: null, changeNote: 'unfinished' as const, direction: null };
  });
const textsOf = (city: string, figures: readonly Figure[]): string[] =>
  compose(templateOf(city), { period: YEAR, figures, narratives: [], behind: BEHIND }).blocks.map((block) =>
    'text' in block ? block.text : block.title,
  );

const TEMPLATES = CITIES.flatMap((city) =>
  [...planOf(city).templates].map(([name, template]) => [city, name, template] as const),
);

describe('a template of the plan', () => {
  it.each(TEMPLATES.filter(([, name]) => name !== 'annual-summary'))(
    'of %s, %s, never prints what is no figure, whatever its issuer’s words',
    (_city, _name, template) => {
      const anyWording = fc.record({
        decimals: fc.nat(4),
        shareDecimals: fc.nat(4),
        keepZeros: fc.boolean(),
        differencesBelow: fc.nat(50),
      });
      const several = fc.array(anyFigure, { minLength: INDICATORS.length, maxLength: INDICATORS.length });
      fc.assert(
        fc.property(several, several, anyWording, (now, then, wording) => {
          const figures = figuresOf(now);
          const rows = ['construction', 'mining', 'other'].map((key, index) => {
            const { value, previous } = figures[index] as Figure;
            return { key, value, previous, change: null, changeNote: null, direction: null };
          });
          const parts = { figures: figures.map(({ id, label, unit }) => ({ id, label, unit, rows })) };
          const filled = {
            period: { name: '2020H1', from: '2020-01-01', to: '2020-06-30' },
            figures,
            chain: figuresOf(then),
            average: figuresOf(then),
            ranks: new Map([['industry', parts as never]]),
            narratives: [],
            behind: BEHIND,
            course: COURSE,
          };
          for (const block of compose({ ...template, wording }, filled).blocks)
            expect('text' in block ? block.text : block.title).not.toMatch(
              /NaN|undefined|null|Infinity|—|\{\{|\}\}|\[\[|\]\]|，，|，。|。。|e[+-]\d/,
            );
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each(CITIES)('of %s never prints what is no figure, and what it announces follows', (city) => {
    fc.assert(
      fc.property(fc.array(anyFigure, { minLength: INDICATORS.length, maxLength: INDICATORS.length }), (values) => {
        const texts = textsOf(city, figuresOf(values));
        for (const text of texts)
          expect(text).not.toMatch(/NaN|undefined|null|Infinity|—|\{\{|\}\}|\[\[|\]\]|，，|，。|。。/);
        texts.forEach((text, index) => {
          const [, announced] = /(.)个方面(?:工作)?：$/.exec(text) ?? [];
          if (announced === undefined) return;
          const next = texts.findIndex((one, at) => at > index && /^[一二三四五六七八九十]、/.test(one));
          const parts = texts.slice(index, next === -1 ? undefined : next).filter((one) => one.startsWith('（'));
          expect('-一两三四五六七'.indexOf(announced)).toBe(parts.length);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('says that all is stable only where it is, and that it is not where it is not', () => {
    const opening = (value: number, previous: number | null, isOver = true): string => {
      const all = figuresOf([{ value, previous, isOver }]);
      const none = all.map((one) => (one.id === 'accidents.major.count' ? { ...one, value: 0 } : one));
      return textsOf('qingyuan', none)[0] ?? '';
    };
    expect(opening(5, 9)).toContain('总体平稳');
    expect(opening(9, 5)).toContain('形势严峻');
    for (const text of [opening(9, 5), opening(5, null), opening(5, 0), opening(5, 9, false)])
      expect(text).not.toContain('平稳');
  });

  it('tells a response from its start to its end, step by step, and claims no end of one that goes on', () => {
    const review = planOf('qingyuan').templates.get('response-review') as ReturnType<typeof templateOf>;
    const figures = figuresOf([{ value: 5, previous: 9, isOver: true }]);
    const of = (course: Course) =>
      compose(review, { period: course.days, figures, narratives: [], behind: BEHIND, course });
    const over = of(COURSE);
    expect(over.title).toBe('防汛应急响应复盘（2020年6月7日至6月10日）');
    expect(over.blocks.slice(0, 2).map((block) => ('text' in block ? block.text : ''))).toEqual([
      '6月7日2时14分启动防汛Ⅳ级应急响应，最高为Ⅲ级，启动后调整2次。',
      '6月10日9时20分结束，历时79小时。',
    ]);
    expect(over.blocks.find(({ kind }) => kind === 'course')).toEqual({
      kind: 'course',
      title: '响应级别变化表',
      rows: [
        ['6月7日2时14分', '启动防汛Ⅳ级应急响应（清防〔2020〕1号）', '清新区', '石角站超警'],
        ['6月8日2时0分', '提升至防汛Ⅲ级应急响应', '清新区', '石角站超警'],
        ['6月10日9时20分', '结束', '清新区', '石角站超警'],
      ],
    });
    const going = of({ ...COURSE, isOver: false, changes: COURSE.changes.slice(0, 2) });
    expect(JSON.stringify(going.blocks)).not.toMatch(/结束，历时/);
    expect(going.missing[0]).toEqual({ place: 'opening[1]', what: 'nobody holds the end of the response' });
  });

  it('leaves out a sentence of what nobody holds, and says so; and what was written for no part', () => {
    const all = figuresOf([{ value: 5, previous: 9, isOver: true }]);
    const some = all.map((one) => (one.id === 'drills.count' ? { ...one, value: null } : one));
    const lost = { section: 'partie', order: 1, text: '甲', event: 'e' };
    const { blocks, missing } = compose(templateOf('qingyuan'), {
      period: YEAR,
      figures: some,
      narratives: [lost],
      behind: BEHIND,
    });
    expect(JSON.stringify(blocks)).not.toContain('应急演练');
    const owed = missing.filter(({ what }) => what.includes('尚未提交文字'));
    expect(owed[0]).toEqual({ place: 'narrative party', what: '机关党委尚未提交文字 / owed by 机关党委' });
    expect(missing.filter((one) => !owed.includes(one))).toEqual([
      { place: 'sections[0].parts[5].paragraphs[1]', what: 'nobody holds drills.count' },
      { place: 'narrative e', what: 'no part is named partie' },
    ]);
  });
});
