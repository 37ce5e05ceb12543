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
import { templateFaults } from './template-check.js';
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
      '6月7日2时14分启动防汛Ⅳ级应急响应，最高为Ⅲ级，启动后调整1次。',
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
    // Nobody has written what went well: there is no heading of it.
    const headings = over.blocks.flatMap((block) =>
      block.kind === 'heading' && block.level === 1 ? [block.text] : [],
    );
    expect(headings).toEqual(['一、响应过程', '二、处置情况']);
    const going = of({ ...COURSE, isOver: false, changes: COURSE.changes.slice(0, 2) });
    expect(JSON.stringify(going.blocks)).not.toMatch(/结束，历时/);
    expect(going.missing[0]).toEqual({ place: 'opening[1]', what: 'nobody holds the end of the response' });
  });

  it('tells facts by name: the most frequent first, the gravest cases by when they happened, no day that nobody stated', () => {
    const at = (day: string) => utc(`2020-${day}T01:00:00Z`);
    const campaign = (topic: string, day: string) => ({
      kind: 'record',
      at: at(day),
      region: '441803',
      record: { topic },
    });
    const accident = (day: string, deaths: number, more: object = {}) => ({
      kind: 'incident',
      at: at(day),
      region: '441803',
      category: 'fire',
      deaths,
      place: '滨江路',
      precision: 'minute',
      ...more,
    });
    const facts = new Map<string, unknown[]>([
      [
        'campaigns.count',
        [campaign('甲', '01-05'), campaign('乙', '02-05'), campaign('乙', '03-05'), campaign('丙', '04-05')],
      ],
      [
        'fires.deaths',
        [
          accident('01-01', 3, { precision: 'year' }),
          accident('02-01', 1),
          accident('05-01', 2, { precision: 'month', place: '清新区某村' }),
          accident('06-01', 1, { place: '' }),
        ],
      ],
    ]);
    const figures = figuresOf([{ value: 4, previous: 2, isOver: true }]);
    const said = (sentence: string): string => {
      const template = { ...templateOf('qingyuan'), opening: [sentence], sections: [] };
      const behind = { ...BEHIND, facts: facts as unknown as Behind['facts'] };
      const { blocks, missing } = compose(template, { period: YEAR, figures, narratives: [], behind });
      return [...blocks.map((block) => ('text' in block ? block.text : '')), ...missing.map(({ what }) => what)].join();
    };
    expect(said('{{named campaigns.count by record.topic top 2}}')).toBe('乙、甲等');
    expect(said('{{named campaigns.count by record.topic top 3}}')).toBe('乙、甲、丙');
    expect(said('{{named campaigns.count by county top 3}}')).toBe('清新区');
    expect(said('{{cases fires.deaths top 2}}')).toBe('清新区滨江路火灾（死亡3人）、5月清新区某村火灾（死亡2人）等4起');
    expect(said('{{named riskPoints.surveyed by record.pointKind top 2}}')).toMatch(/more than can be told by name/);
  });

  it('names a task of the plan for a part that there is not, and puts the others under theirs', () => {
    const figures = figuresOf([{ value: 4, previous: 2, isOver: true }]);
    const task = { order: 1, task: '建成指挥中心。', owner: '市应急管理局', due: '2021-06-30' };
    const tasks = [
      { ...task, section: 'plan-6' },
      { ...task, section: 'plan-66' },
    ];
    const filled = { period: YEAR, figures, narratives: [], behind: BEHIND, tasks };
    const { blocks, missing } = compose(templateOf('qingyuan'), filled);
    expect(JSON.stringify(blocks)).toContain('任务：建成指挥中心（市应急管理局负责，6月30日前）。');
    expect(missing).toContainEqual({ place: 'plan-task 建成指挥中心。', what: 'no part is named plan-66' });
  });

  it('is found wrong before a report is made of it, in every branch and condition', () => {
    for (const city of CITIES) expect(templateFaults(planOf(city))).toEqual([]);
    const [template] = [templateOf('qingyuan')];
    const [first] = template.sections;
    const wrong = {
      ...template,
      opening: [
        '{{if fires.count > 0 ? 有 : 无[[fire.count]]}}',
        '{{if fires.cuont = 0 ? 甲 : }}',
        '{{fires.count wans}}、{{fires.count',
        '{{named campaigns.count by record.topik top 3}}',
        '{{cases campaigns.count top 3}}',
        '{{response begun}}',
      ],
      sections: [{ heading: first?.heading ?? '', parts: [{ heading: '甲', when: 'fires > 1', paragraphs: [] }] }],
    };
    const plan = Object.create(planOf('qingyuan'), { templates: { value: new Map([['annual-summary', wrong]]) } });
    expect(templateFaults(plan).map(({ place, fault }) => `${place} ${fault}`)).toEqual([
      'opening[0] there is no figure fire.count',
      'opening[1] there is no figure fires.cuont',
      expect.stringMatching(/^opening\[2\] brackets that do not close/),
      'opening[2] cannot read {{fires.count wans}}',
      'opening[3] record has no field record.topik',
      'opening[4] cases are of incidents and fires',
      'opening[5] cannot read {{response begun}}',
      'sections[0].parts[0].when there is no figure fires',
    ]);
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
