import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { roundHalfUp } from '@fengsui/rules';
import { sharedFile } from '@fengsui/testing';
import fc from 'fast-check';
import { basesFor, totalsFor } from './arithmetic.js';
import JSZip from 'jszip';
import type { Figure } from '../views.js';
import { checkDocument, checkText } from './check-text.js';
import { readFileToCheck } from './files.js';

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
    ['发生事故3起、死亡5人，其中较大事故1起、死亡9人', ['part certain 9人']],
    ['发生事故3起、死亡5人，其中较大事故1起，转移群众300人', []],
    ['受伤5 人，同比大幅上升 100%', ['change certain 5人 上升100%']],
    ['死亡 5 人，同比上升 100%', ['change certain 5人 上升100%']],
    ['较大事故4起，死亡18人', []],
    ['较大道路交通事故1起、死亡12人', ['grade certain 较大道路交通事故1起、死亡12人']],
    ['重大事故1起，死亡2人', ['grade doubtful 重大事故1起,死亡2人']],
    ['主要表现在三个方面：\n（一）甲。\n（二）乙。\n二、计划', ['announced certain 三个方面:']],
    ['主要表现在两个方面：\n（一）甲。\n（二）乙。\n二、计划', []],
    ['抓好三项工作：\n一是甲，二是乙，三是丙。', []],
    ['抓好四项工作：\n一是甲，二是乙，三是丙。', ['announced certain 四项工作:']],
    ['森林火灾4起（上年15起），同比下降73.3%', []],
    ['森林火灾4起（上年15起），同比上升73.3%', ['change certain 4起(上年15起),同比上升73.3%']],
    ['森林火灾4起（去年同期15起），下降72.3%', ['change certain 4起(去年同期15起),下降72.3%']],
    ['甲7起，占50%；乙3起，占25%', ['share certain 7起 占50%；3起 占25%']], // 14 and 12
    ['甲7起，占50%；乙3起，占21.4%', []],
    ['全年死亡3起', ['unit certain 死亡3起']],
    ['发生火灾12人', ['unit certain 发生火灾12人']],
    ['道路运输事故107人、火灾3人', []],
    ['事故3人死亡', []],
    ['直接经济损失12起', ['unit certain 直接经济损失12起']],
    ['直接经济损失0.3亿万元', ['unit certain 0.3亿万元']],
    ['占5%人', ['unit certain 5%人']],
    ['事故4起，同比下降-5%', ['unit certain 同比下降-5%']],
    ['全市发生生产安全事故138起。\n全年生产安全事故139起。', ['twice doubtful 139起']],
    ['全市安全转移群众2.99万人。\n安全转移群众29900人。', []],
    ['全市安全转移群众2.99万人。\n安全转移群众29800人。', ['twice doubtful 29800人']],
    ['全年发生生产安全事故138起。\n上半年发生生产安全事故60起。', []],
    ['2020年1月至6月，全市值守183天，投入12.5万人次，完成率100%', []],
    ['', []],
  ])('%j', (text, expected) => expect(found(text)).toEqual(expected));

  it.each([
    ['事故10起，同比下降50%；其中，道路运输9起，同比下降70%。', true], // of 20, and of 30
    ['死亡4人，同比上升33.3%。其中，道路运输4人，同比下降20%。', true], // of 3, and of 5
    ['事故10起，同比下降50%；其中，道路运输6起，同比下降70%。', false], // of 20, and of 20
    ['事故10起，同比下降50%；其中，道路运输9起，环比下降70%。', false], // of two periods
    ['事故10起，同比下降50%，死亡3人；其中，道路运输9起，同比下降70%。', false], // something between
    ['事故10起，其中道路运输9起，同比下降70%。', false], // of which of the two nobody knows
  ])('a part that would have been more than its whole in the period before: %s', (text, isWrong) => {
    expect(checkText(text).map(({ rule, certain }) => [rule, certain])).toEqual(isWrong ? [['part', true]] : []);
  });

  it('of whose part and whole the changes are true is never said to be wrong', () => {
    const small = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(small, fc.nat(400), small, fc.nat(400), fc.nat(2), (part, rest, partThen, restThen, d) => {
        const of = (now: number, then: number): string => {
          const percent = roundHalfUp(((now - then) / then) * 100, d);
          return `同比${now < then ? '下降' : '上升'}${Math.abs(percent).toFixed(d)}%`;
        };
        const [whole, wholeThen] = [part + rest, partThen + restThen];
        const text = `发生事故${whole}起，${of(whole, wholeThen)}；其中，道路运输${part}起，${of(part, partThen)}。`;
        expect(checkText(text).filter(({ certain }) => certain)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('names the place, what stands around it, and what would be right', () => {
    expect(checkText('总结\n甲。受伤５人，同比上升１００％。')).toEqual([
      {
        rule: 'change',
        certain: true,
        place: '2:12',
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

describe('a table', () => {
  const of = (text: string): string[] =>
    checkDocument({
      text: '',
      tables: [{ name: '表1', rows: text.split('\n').map((line) => line.split(' ')) }],
    }).map(({ rule, certain, place, printed }) => `${rule} ${certain ? 'certain' : 'doubtful'} ${place} ${printed}`);
  it.each([
    ['行业 起数 占比\n甲 98 84.48%\n乙 10 8.62%\n丙 8 6.90%\n合计 116 100%', []],
    [
      '行业 起数 占比\n甲 98 84.48%\n乙 10 9.62%\n丙 8 6.90%\n合计 116 100%',
      ['sum doubtful 表1 第5行第3列 100%', 'share certain 表1 第3行第3列 9.62%'],
    ],
    ['行业 起数 死亡\n甲 98 3\n乙 10 4\n合计 109 7', ['sum certain 表1 第4行第2列 109']],
    ['行业 起数\n甲 98\n其中:子 40\n乙 10\n合计 108', []],
    ['行业 损失\n甲 2.94\n乙 105.0\n丙 102.0\n合计 209.95', []], // each rounded
    ['指标 本年 上年 同比\n事故 138 285 下降51.6%\n火灾 12 10 上升20%\n损失 1569.3 3059.1 -48.7%', []],
    [
      '指标 本年 上年 同比\n事故 138 285 下降52.6%\n火灾 12 10 下降20%',
      ['change certain 表1 第2行第4列 下降52.6%', 'change certain 表1 第3行第4列 下降20%'],
    ],
    ['指标 本年 上年 同比\n事故 5 0 增加5起（上年为0）\n火灾 3 3 持平', []],
    ['姓名 电话\n甲 1380013\n乙 1390013', []],
  ])('%j', (text, expected) => expect(of(text)).toEqual(expected));

  it('that adds up is never said to be wrong, whatever its numbers', () => {
    const row = fc.record({ now: fc.nat(900), base: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), fc.nat(2), (rows, d) => {
        const sum = (of_: 'now' | 'base'): number => rows.reduce((all, one) => all + one[of_], 0);
        const cells = (name: string, now: number, base: number): string => {
          const share = sum('now') === 0 ? '0' : roundHalfUp((now / sum('now')) * 100, d).toFixed(d);
          const by = roundHalfUp(((now - base) / base) * 100, d);
          return `${name} ${now} ${share}% ${base} ${by < 0 ? '下降' : '上升'}${Math.abs(by).toFixed(d)}%`;
        };
        const lines = rows.map(({ now, base }, n) => cells(`第${n}类`, now, base));
        const text = ['类别 本年 占比 上年 同比', ...lines, cells('合计', sum('now'), sum('base'))].join('\n');
        expect(of(text).filter((one) => one.includes('certain'))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('of a text with tabs, of a document and of a sheet is found', async () => {
    const rows = [
      ['行业', '起数'],
      ['甲', '98'],
      ['乙', '10'],
      ['合计', '109'],
    ];
    const text = await readFileToCheck(
      Buffer.from(`说明\n${rows.map((cells) => cells.join('\t')).join('\n')}\n`),
      'a.txt',
    );
    expect(checkDocument(text).map(({ place, printed }) => [place, printed])).toEqual([['第2行起 第4行第2列', '109']]);
    const zip = new JSZip();
    const cell = (words: string): string => `<w:tc><w:p><w:r><w:t>${words}</w:t></w:r></w:p></w:tc>`;
    const body = `<w:tbl>${rows.map((cells) => `<w:tr>${cells.map(cell).join('')}</w:tr>`).join('')}</w:tbl>`;
    const ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
    zip.file('word/document.xml', `<w:document ${ns}><w:body>${body}</w:body></w:document>`);
    const rels = 'http://schemas.openxmlformats.org/package/2006/relationships';
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
    zip.file(
      '_rels/.rels',
      `<Relationships xmlns="${rels}"><Relationship Id="r" Type="${office}" Target="word/document.xml"/></Relationships>`,
    );
    const document = await readFileToCheck(await zip.generateAsync({ type: 'nodebuffer' }), 'a.docx');
    expect(checkDocument(document).map(({ place, printed }) => [place, printed])).toEqual([['表1 第4行第2列', '109']]);
  });
});

describe('against the store', () => {
  const figure = (id: string, zh: string, unit: Figure['unit'], value: number, previous: number): Figure => ({
    id,
    label: { zh, en: id },
    value,
    exact: null,
    unit,
    method: 'sum',
    previous,
    change: null,
    changeNote: null,
    direction: null,
    base: { kind: 'known', period: '2019', value: previous, published: null, source: null, restated: [] },
    since: null,
    indicator: id,
    version: 1,
    definition: { zh, en: zh },
  });
  const held = [
    figure('accidents.count', '生产安全事故起数', 'count', 138, 285),
    figure('fires.loss', '火灾直接财产损失', 'yuan', 15_693_000, 30_591_000),
    figure('transfers.people', '安全转移群众', 'persons', 29_900, 0),
    figure('roadAccidents.larger.count', '较大道路交通事故起数', 'count', 4, 3),
  ];
  it.each([
    ['全年发生生产安全事故138起，同比下降51.6%。安全转移群众2.99万人。火灾直接财产损失1569.3万元。', []],
    ['全年发生生产安全事故139起', ['139起 库中为138（accidents.count）']],
    ['生产安全事故138起，同比下降41.6%', ['同比下降41.6% 库中285→138']],
    ['安全转移群众2.98万人', ['2.98万人 库中为29900（transfers.people）']],
    ['火灾直接财产损失1569.4万元', ['1569.4万元 库中为15693000（fires.loss）']],
    ['上半年生产安全事故60起', []],
    ['较大道路交通事故5起', ['5起 库中为4（roadAccidents.larger.count）']],
  ])('%j', (text, expected) => {
    const found_ = checkText(text, { figures: held, period: '2020年' }).filter(({ rule }) => rule === 'store');
    expect(found_.map(({ printed, possible }) => `${printed} ${possible}`)).toEqual(
      expected.map((one) => expect.stringContaining(one)),
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
