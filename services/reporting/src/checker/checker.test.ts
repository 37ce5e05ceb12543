import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { roundHalfUp } from '@fengsui/rules';
import { sharedFile } from '@fengsui/testing';
import fc from 'fast-check';
import { basesFor, totalsFor } from './arithmetic.js';
import { checkText } from './check-text.js';

const found = (text: string): string[] =>
  checkText(text).map(({ rule, certain, printed }) => `${rule} ${certain ? 'certain' : 'doubtful'} ${printed}`);

describe('whole numbers', () => {
  it('of which a share, or a change, can be printed', () => {
    const of = (percent: number, decimals: number) => ({ percent, decimals });
    expect(totalsFor(134, of(97.1, 1))).toEqual([138]);
    expect(totalsFor(134, of(97.2, 1))).toEqual([]);
    expect(basesFor(138, of(-51.6, 1))).toEqual([285]);
    expect(basesFor(8, of(-82.22, 2))).toEqual([45]); // rounded
    expect(basesFor(8, of(-82.2, 1))).toEqual([45]); // cut off: 82.22
    expect(basesFor(5, of(100, 0))).toEqual([]);
    expect(basesFor(0, of(-100, 0)).length).toBeGreaterThan(0);
  });
});

describe('a text', () => {
  it.each([
    ['事故138起，同比下降51.6%', []],
    ['事故138起、死亡136人，同比分别下降51.6%、32.7%', []],
    ['事故138起、死亡136人，同比分别下降51.6%、32.8%', ['change certain 136人 下降32.8%']],
    ['受伤5人，同比上升100%', ['change certain 5人 上升100%']],
    ['死亡5人，同比下降100%', ['change doubtful 5人 下降100%']],
    ['死亡0人，同比下降100%', []],
    ['无人员受伤，同比下降100%', []],
    ['死亡0人，同比上升20%', ['change certain 0人 上升20%']],
    ['死亡3人，同比下降120%', ['change certain 3人 下降120%']],
    ['火灾28.1万起，同比下降13%', []], // rounded: many whole numbers
    ['直接财产损失1569.3万元，同比下降48.7%', []],
    ['事故4起，比去年同期减少55.6%', []],
    ['事故4起，环比增长33.4%', ['change certain 4起 增长33.4%']],
    ['道路运输110起，占79.7%', []],
    ['道路运输110起，占99.3%', ['share certain 110起 占99.3%']],
    ['事故116起。道路运输98起，占84.48%', []],
    ['死亡111人。道路95人占80.4%，其他16人占14.41%', ['share certain 95人 占80.4%']],
    [
      '事故60起、死亡9人。运输事故60起、死亡9人，分别占97%和78%',
      ['share certain 60起 占97%', 'share certain 9人 占78%'],
    ],
    ['事故3起。甲1起，占33.33%；乙1起，占33.33%；丙1起，占33.34%', ['share doubtful 1起 占33.34%']], // made to add up
    ['排查隐患人数多，占比为120%', []], // of nothing that is counted
    ['发生事故3起，占120%', ['share certain 3起 占120%']],
    ['甲（110起、107人）、乙（15起、16人）、丙（9起、10人）三个行业，事故起数占总数的97.1%，死亡人数占总数的97.8%', []],
    [
      '甲（110起、107人）、乙（15起、16人）、丙（9起、10人）三个行业，事故起数占总数的97.2%，死亡人数占总数的97.8%',
      ['share certain 110+15+9=134 占97.2%'],
    ],
    ['发生事故3起，其中较大事故5起', ['part certain 5起']],
    ['发生事故5起，其中较大事故3起、死亡9人', []],
    ['较大事故4起，死亡18人', []],
    ['较大道路交通事故1起、死亡12人', ['grade certain 较大道路交通事故1起、死亡12人']],
    ['重大事故1起，死亡2人', ['grade doubtful 重大事故1起,死亡2人']],
    ['主要表现在三个方面：\n（一）甲。\n（二）乙。\n二、计划', ['announced certain 三个方面:']],
    ['主要表现在两个方面：\n（一）甲。\n（二）乙。\n二、计划', []],
    ['抓好三项工作：\n一是甲，二是乙，三是丙。', []],
    ['抓好四项工作：\n一是甲，二是乙，三是丙。', ['announced certain 四项工作:']],
    ['2020年1月至6月，全市值守183天，投入12.5万人次，完成率100%', []],
    ['', []],
  ])('%j', (text, expected) => expect(found(text)).toEqual(expected));

  it('names the place, what stands around it, and what would be right', () => {
    expect(checkText('总结\n甲。受伤５人，同比上升１００％。')).toEqual([
      {
        rule: 'change',
        certain: true,
        line: 2,
        column: 12,
        printed: '5人 上升100%',
        possible: expect.stringContaining('上期2得150.00%，上期3得66.67%'),
        text: '甲。受伤5人,同比上升100%。',
      },
    ]);
  });

  it('that tells the truth is never said to be wrong', () => {
    const cases = fc.nat({ max: 5_000 });
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 5_000 }), fc.nat(2), (value, base, decimals) => {
        const change = roundHalfUp(((value - base) / base) * 100, decimals);
        const words = change === 0 ? '持平' : `${change < 0 ? '下降' : '上升'}${Math.abs(change).toFixed(decimals)}%`;
        expect(found(`事故${value}起，同比${words}`).filter((one) => one.includes('certain'))).toEqual([]);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }), fc.nat(2), (parts, d) => {
        const total = parts.reduce((sum, one) => sum + one, 0);
        const list = parts.map((one, n) => `第${n}类${one}起，占${roundHalfUp((one / total) * 100, d).toFixed(d)}%`);
        expect(found(`全市发生事故${total}起。${list.join('；')}。`)).toEqual([]);
        expect(found(list.join('；'))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

const SUMMARY = sharedFile('reference', 'annual-summary-2020.txt');
const BULLETINS = sharedFile('data', 'statistics', 'published_accident_statistics.json');
const said = '(left out where the real data are not at hand)';

describe('what was published', () => {
  (SUMMARY === null ? it.skip : it)(`in a real annual summary has two shares that no whole numbers give ${said}`, () =>
    expect(found(readFileSync(SUMMARY ?? '', 'utf8'))).toEqual([
      'share certain 110+15+9=134 占97.2%',
      'share certain 107+16+10=133 占97.9%',
    ]),
  );

  (BULLETINS === null ? it.skip : it)(
    `in seventeen bulletins has seven impossible numbers, and no other ${said}`,
    () => {
      const bulletins = JSON.parse(readFileSync(BULLETINS ?? '', 'utf8')) as Bulletin[];
      expect(bulletins).toHaveLength(17);
      const wrong = bulletins.flatMap((bulletin) => found(inWords(bulletin)).map((one) => `${bulletin.id} ${one}`));
      expect(wrong.sort()).toEqual([
        'qingxin-safety-2017-01-07 share certain 60起 占97%',
        'qingxin-safety-2017-01-07 share certain 9人 占78%',
        'qingyuan-county-city-safety-2015-05 change certain 5人 上升100%',
        'qingyuan-safety-2023-01-09 share certain 1人 占2%',
        'qingyuan-safety-2023-01-09 share certain 6人 占6.5%',
        'qingyuan-safety-2023-01-09 share certain 95人 占80.4%',
        'qingyuan-safety-2023-01-09 share certain 9人 占10.5%',
        'qingyuan-safety-2023-01-09 share doubtful 7起 占6.04%', // made to add up to a hundred
      ]);
    },
  );
});

type Metric = Readonly<{ value: number; yoy_pct?: number; mom_pct?: number }>;
type Row = Readonly<Record<string, unknown> & { name: string }>;
type Bulletin = Readonly<{
  id: string;
  metrics: Readonly<Record<string, Metric>>;
  breakdown?: Readonly<Record<string, readonly Row[] | unknown>>;
}>;

const UNIT: Readonly<Record<string, string>> = {
  accidents: '起',
  fires: '起',
  industry_accidents: '起',
  deaths: '人',
  injured: '人',
  industry_deaths: '人',
  loss_wan_yuan: '万元',
  fires_wan: '万起',
  loss_yi_yuan: '亿元',
};
const change = (word: string, percent: number | undefined): string =>
  percent === undefined
    ? ''
    : percent === 0
      ? `，${word}持平`
      : `，${word}${percent < 0 ? '下降' : '上升'}${Math.abs(percent)}%`;

/** What a bulletin says of its parts in words, as its notes have it. */
const IN_WORDS: Readonly<Record<string, string>> = {
  'qingxin-safety-2017-01-07': '全市60起，9人。交通运输事故60起、死亡9人，分别占总数的97%和78%。',
};

/** The numbers of a bulletin as it tells them: each with its change, then its parts with their shares. */
function inWords({ id, metrics, breakdown = {} }: Bulletin): string {
  const told = Object.entries(metrics).flatMap(([name, { value, yoy_pct: year, mom_pct: month }]) =>
    UNIT[name] === undefined ? [] : [`${value}${UNIT[name]}${change('同比', year)}${change('环比', month)}`],
  );
  const lists = Object.values(breakdown).filter((one): one is readonly Row[] => Array.isArray(one));
  return [
    IN_WORDS[id] ?? '',
    `全市${told.join('；')}。`,
    ...lists.map((rows) => `全市${told.join('；')}。${rows.map(rowInWords).join('；')}。`),
  ].join('\n');
}

function rowInWords(row: Row): string {
  const yoy = row['yoy_pct'];
  const changes = (typeof yoy === 'object' ? yoy : {}) as Record<string, number>;
  return Object.entries(row)
    .flatMap(([name, value]) => {
      if (UNIT[name] === undefined || typeof value !== 'number') return [];
      const share = row[`${name}_pct`] ?? (name === 'fires' ? row['pct'] : undefined);
      const of = share === undefined ? '' : `，占${share}%`;
      return [`${row.name}${value}${UNIT[name]}${of}${change('同比', changes[name])}`];
    })
    .join('；');
}
