import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { begin, demonstration, play } from '@fengsui/demonstration';
import { sheetsOf } from '@fengsui/intake';
import { sharedFile } from '@fengsui/testing';
import { Errors } from 'typebox/value';
import mammoth from 'mammoth';
import {
  openStore,
  OUTPUTS,
  readPlans,
  stageOf,
  startOneProcess,
  type FeedOutput,
  type FigurePartsOutput,
  type FiguresOutput,
  type ReportOutput,
  type TraceOutput,
} from './index.js';
import { readSettings } from '@fengsui/settings';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The command as a user runs it, on databases of its own: the whole path, from the doors to the document. */
describe('the demonstration years', () => {
  let database: TestDatabase;
  let folder: string;
  const fengsui = (...args: string[]): { status: number | null; json: unknown; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'services/fengsui/bin/fengsui.mjs'), ...args, '--json'],
      {
        encoding: 'utf8',
        maxBuffer: 200_000_000,
        env: { ...process.env, DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0' },
      },
    );
    const json: unknown = stdout === '' ? null : JSON.parse(stdout);
    const shape = args[1] === 'forms' ? 'none' : args.includes('--by') ? 'figures-by' : args[0];
    const schema = OUTPUTS[shape as keyof typeof OUTPUTS];
    if (schema !== undefined && json !== null) expect([shape, ...Errors(schema, json)]).toEqual([shape]);
    return { status, json, stderr };
  };
  const figures = (...args: string[]): FiguresOutput =>
    fengsui('figures', '--year', '2020', ...args).json as FiguresOutput;
  const fieldOf = (output: FiguresOutput, id: string, field: string): unknown =>
    (output.figures.find((figure) => figure.id === id) as Record<string, unknown> | undefined)?.[field];

  beforeAll(async () => {
    database = await testDatabase([]);
    folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-demonstration-'));
    const played = fengsui('up', '--once');
    if (played.status !== 0) throw new Error(played.stderr);
  }, 1_200_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  it('show what the script says, computed by every service on the way', () => {
    const found = figures();
    const expected: [string, string, unknown][] = [
      ['accidents.count', 'change', -51.6],
      ['accidents.deaths', 'change', -32.7],
      ['accidents.injuries', 'change', -69.2],
      ['accidents.loss', 'change', -44.1],
      ['accidents.threeIndustries.countShare', 'value', 97.1],
      ['accidents.threeIndustries.deathsShare', 'value', 97.8],
      ['transfers.people', 'value', 29_900],
      ['fires.count', 'value', 1_201],
      ['fires.loss', 'change', -48.7],
      ['forestFires.count', 'previous', 15],
      ['hazards.fixed', 'value', 1_056],
      ['response.flood.level4.started', 'value', 2],
      ['response.flood.level3.started', 'value', 1],
      ['leaders.inspections.weeksCovered', 'value', 53],
      ['roadAccidents.larger.deaths', 'direction', 'up'],
    ];
    expect(expected.map(([id, field]) => [id, field, fieldOf(found, id, field)])).toEqual(expected);
  });

  const reference = sharedFile('reference', 'figures-2020.tsv');
  (reference === null ? it.skip : it)(
    'show every figure of the reference year (left out where the reference is not at hand)',
    () => {
      const found = figures();
      const [head = '', ...rows] = readFileSync(reference as string, 'utf8')
        .trim()
        .split('\n');
      const column = head.split('\t').indexOf('figures');
      const wrong = rows
        .flatMap((row) => row.split('\t')[column]?.split(';') ?? [])
        .filter((wanted) => {
          const [, id = '', field = '', operator, value = ''] =
            /^(.+)\.(value|change|previous|direction)(>=|=)(.+)$/.exec(wanted) ?? [];
          const got = fieldOf(found, id, field);
          return !(field === 'direction'
            ? got === value
            : operator === '>='
              ? Number(got) >= Number(value)
              : got !== null && Number(got) === Number(value));
        });
      expect(wrong).toEqual([]);
    },
  );

  it('gives the same events when it was cut off and went on', async () => {
    const cut = await playedWithCuts([40, 300]);
    expect(cut.events).toBeGreaterThan(10_000);
    expect(await travelled(database.url, cut.until)).toEqual(cut);
  }, 1_200_000);

  it('can be followed from every figure to its facts, events and bytes', async () => {
    const settings = readSettings({ DATABASE_URL: database.url, LOG_LEVEL: 'error' });
    const { ports, stop } = await startOneProcess(
      database.url,
      settings,
      readPlans(path.join(ROOT, 'plans/qingyuan')),
      {
        services: false,
        http: false,
      },
    );
    // What was decided names what it was decided from, and so on, down to what came in.
    const causesOf = new Map(
      (
        (await ports.db.query(`select body::json->>'id' as id, body::json->'causes' as causes from log.record`)) as {
          id: string;
          causes: string[];
        }[]
      ).map(({ id, causes }) => [id, causes]),
    );
    const back = (ids: readonly string[], seen = new Set<string>()): ReadonlySet<string> => {
      for (const id of ids)
        if (!seen.has(id)) {
          seen.add(id);
          back(causesOf.get(id) ?? [], seen);
        }
      return seen;
    };
    for (const { id, value } of (await ports.reporting.figures({ period: '2020' })).figures) {
      const trace = await ports.reporting.trace(id, { period: '2020' });
      const facts = trace?.facts ?? [];
      if (trace?.method === 'sum')
        expect([id, facts.reduce((total, { measure }) => total + measure, 0)]).toEqual([id, value]);
      if (trace?.method === 'distinct') expect([id, new Set(facts.map(({ key }) => key)).size]).toEqual([id, value]);
      if (trace?.method === 'ratio') expect(trace.parts.map(({ figure }) => figure)).toEqual(trace.of);
      const ways = facts.map((fact) => (id.startsWith('calls.') ? [...back(fact.origins)] : fact.origins));
      const origins = new Set((await ports.intake.originsOf(ways.flat())).map(({ eventId }) => eventId));
      expect([id, ways.filter((way) => !way.some((origin) => origins.has(origin)))]).toEqual([id, []]);
    }
    await stop();
    const fires = fengsui('trace', 'forestFires.count', '--year', '2020', '--bytes').json as TraceOutput;
    expect(fires.facts).toHaveLength(4);
    for (const { bytes } of fires.facts)
      expect(JSON.parse(bytes ?? '')).toMatchObject({ type: 'order.v1', data: { verdict: 'forest-fire' } });
  }, 1_200_000);

  it('end at rest: nothing parked, rejected or due, and every call over', async () => {
    const db = await connect(database.url, 'test', 1);
    const none = async (sql: string): Promise<unknown> => db.query(sql);
    expect(await none(`select * from log.parked`)).toEqual([]);
    expect(
      await none(
        ['response', 'wildfire', 'duty', 'reporting']
          .map((service) => `select event, reason from ${service}.given_order where outcome <> 'done'`)
          .join(' union all '),
      ),
    ).toEqual([]);
    expect(
      await none(
        `select id from duty.call where state in ('ringing', 'unanswered') union all select id from response.task where state <> 'closed' union all select id from wildfire.fire where state in ('to-verify', 'overdue')`,
      ),
    ).toEqual([]);
    expect(await none(`select service, kind from schedule.job where service <> 'reporting'`)).toEqual([]);
    expect(await none(`select distinct channel, state from duty.delivery`)).toEqual([
      { channel: 'sink', state: 'shown' },
    ]);
    expect(
      await none(
        `select name, findings from reporting.rollup where name = 'daily' and outcome = 'done' and jsonb_array_length(findings->'differences') > 0`,
      ),
    ).toEqual([]);
    const [{ n }] = (await none('select count(*) as n from log.record')) as [{ n: number }];
    expect(n).toBeGreaterThan(90_000);
    await db.destroy();
  });

  it('give the same summary twice, with the figures that the command shows', () => {
    const [first, second] = ['a.docx', 'b.docx'].map(
      (name) => fengsui('report', '--year', '2020', '-o', path.join(folder, name)).json as ReportOutput,
    ) as [ReportOutput, ReportOutput];
    expect(first.sha256).toBe(second.sha256);
    expect(createHash('sha256').update(readFileSync(first.file)).digest('hex')).toBe(first.sha256);
    expect(first.figures).toBeGreaterThan(40);
    expect(first.missing).toEqual([]);
  });

  it('print the figures in the words of the summary', async () => {
    const { file } = fengsui('report', '--year', '2020', '-o', path.join(folder, 'words.docx')).json as ReportOutput;
    // Where a line may break is no word.
    const text = (await mammoth.extractRawText({ path: file })).value.replaceAll('\u200b', '');
    const found = figures();
    const value = (id: string): unknown => fieldOf(found, id, 'value');
    const change = (id: string): number => Math.abs(Number(fieldOf(found, id, 'change')));
    const four = ['accidents.count', 'accidents.deaths', 'accidents.injuries', 'accidents.loss']
      .map((id) => `${change(id)}%`)
      .join('、');
    const sentences = [
      `安全转移群众${Number(value('transfers.people')) / 10_000}万人`,
      `同比分别下降${four}，未发生重大及以上生产安全事故`,
      `走访企业${value('inspections.enterprises')}家、开展指导服务${value('inspections.visits')}次，排查一般事故隐患${value('hazards.found')}处，已督促整改${value('hazards.fixed')}处`,
      `启动防汛Ⅳ级应急响应${value('response.flood.level4.started')}次、Ⅲ级${value('response.flood.level3.started')}次`,
      `较大道路交通事故${value('roadAccidents.larger.count')}起、死亡${value('roadAccidents.larger.deaths')}人，起数和死亡人数同比“双上升”`,
      `占总数的${value('accidents.threeIndustries.countShare')}%，死亡人数占总数的${value('accidents.threeIndustries.deathsShare')}%`,
      `发生火灾${value('fires.count')}起，死亡${value('fires.deaths')}人，无人员受伤，直接财产损失${Number(value('fires.loss')) / 10_000}万元`,
      `森林火灾${value('forestFires.count')}起（上年${fieldOf(found, 'forestFires.count', 'previous')}起），无人员死亡`,
      '2021年1月22日',
      '落实元旦、春节、清明节、劳动节、端午节、中秋国庆期间值班值守',
      '森林火灾中卫星先发现3起、群众先报告1起',
      '登记在册救援队伍115支',
      '围绕道路运输、',
      '其中有危险化学品泄漏处置演练',
      '发生自然灾害2次（第一轮“龙舟水”、第四轮“龙舟水”）',
      '1月11日连南瑶族自治县某省道道路交通事故（死亡4人）',
      '任务：编制《清远市应急管理“十四五”规划》（市应急管理局负责，9月30日前）',
    ];
    expect(sentences.filter((sentence) => !text.includes(sentence))).toEqual([]);
    // Four fifths of the real one, which has 3,655 characters with its title and date.
    expect(text.slice(0, text.indexOf('附件')).replaceAll(/\s|【演示数据】/g, '').length).toBeGreaterThan(2_924);
    expect(fengsui('check', file).json).toEqual({ file, findings: [] });
    expect(fengsui('check', file, '--year', '2020').json).toEqual({ file, findings: [] });
    const wrong = path.join(folder, 'wrong.txt');
    writeFileSync(wrong, '全年发生生产安全事故139起。');
    expect(fengsui('check', wrong, '--year', '2020').json).toMatchObject({
      findings: [{ rule: 'store', printed: '139起' }],
    });
  });

  it('have figures of any period and part, a bulletin of half a year, and the statutory forms', async () => {
    const half = fengsui('figures', '--period', '2020H1').json as FiguresOutput;
    expect(half.figures.find(({ id }) => id === 'accidents.count')).toMatchObject({
      value: 72,
      previous: 148,
      change: -51.4,
    });
    const whole = figures();
    const { figures: parts } = fengsui('figures', '--year', '2020', '--by', 'county').json as FigurePartsOutput;
    for (const { id, rows } of parts.filter((one) => one.id.startsWith('accidents.')))
      expect([id, rows.reduce((sum, { value }) => sum + (value ?? 0), 0)]).toEqual([id, fieldOf(whole, id, 'value')]);
    const bulletin = fengsui('report', '--period', '2020H1', '-o', path.join(folder, 'half.docx')).json as ReportOutput;
    const text = (await mammoth.extractRawText({ path: bulletin.file })).value.replaceAll('\u200b', '');
    expect(text).toContain('2020年上半年，全市发生生产安全事故72起');
    expect(text).toContain('附件');
    expect(bulletin.missing).toEqual([]);
    const review = fengsui(
      'report',
      '--period',
      'response:441800-flood-2020-E02',
      '-o',
      path.join(folder, 'review.docx'),
    );
    const told = (await mammoth.extractRawText({ path: (review.json as ReportOutput).file })).value;
    expect(told).toContain('启动防汛Ⅳ级应急响应，最高为Ⅲ级');
    expect(told).toMatch(/响应各日（含首尾两日）全市安全转移群众\d\.\d+万人/);
    const file = path.join(folder, 'forms.xlsx');
    fengsui('figures', 'forms', '--year', '2020', '-o', file);
    const [industries, counties] = await sheetsOf(readFileSync(file));
    expect([industries?.rows[3]?.slice(0, 3), counties?.rows[3]?.slice(0, 3)]).toEqual([
      ['合计', '138', '136'],
      ['合计', '138', '136'],
    ]);
    expect(counties?.rows).toHaveLength(4 + 8);
  });

  it('are recognised and not played again, and fed again as files change no figure', () => {
    const before = figures();
    expect(fengsui('up', '--once').stderr).toMatch(/不再重复/);
    const { json } = fengsui('demo', '--write', path.join(folder, 'files'));
    expect((json as { files: string[] }).files.length).toBeGreaterThan(1_000);
    const fed = fengsui('feed', path.join(folder, 'files')).json as FeedOutput;
    expect(fed.records).toBeGreaterThan(90_000);
    expect({ accepted: fed.accepted, refused: fed.refused, skipped: fed.skipped }).toEqual({
      accepted: 0,
      refused: 0,
      skipped: [],
    });
    expect(figures()).toEqual(before);
  }, 1_200_000);

  it('change by a follow-up that comes now, and not as known before', () => {
    const before = figures();
    const fed = fengsui('feed', path.join(ROOT, 'examples/incident-follow-up.json')).json as FeedOutput;
    expect(fed).toMatchObject({ accepted: 1, refused: 0 });
    const after = figures();
    expect(fieldOf(after, 'accidents.deaths', 'value')).toBe(Number(fieldOf(before, 'accidents.deaths', 'value')) + 1);
    expect(fieldOf(after, 'accidents.count', 'value')).toBe(fieldOf(before, 'accidents.count', 'value'));
    expect(figures('--as-of', before.asOf ?? '').figures).toEqual(before.figures);
  });

  it('take every example, each by its own reader', () => {
    const now = path.join(folder, 'examples');
    expect(fengsui('examples', '--write', now).status).toBe(0);
    const fed = fengsui('feed', now).json as FeedOutput;
    expect({ refused: fed.refused, skipped: fed.skipped }).toEqual({ refused: 0, skipped: [] });
    expect(new Set(fed.files.map(({ format }) => format))).toEqual(
      new Set([
        'cap',
        'cap-atom',
        'cap-rss',
        'cap-edxl-de',
        'cap-json',
        'nws-geojson',
        'cn-12379-xml',
        'cn-cma-alarm',
        'cn-alert-content',
        'cn-warning-jsonl',
        'cn-warning-text',
        'firms-csv',
        'cn-hotspot-points',
        'readings-csv',
        'ledger-csv',
        'uk-ea-river-levels',
        'jma-best-track',
        'contract-json',
      ]),
    );
    const levels = fengsui('levels').json as readonly Readonly<{ authority: string; state: string; level: string }>[];
    const of = (whose: readonly string[]): string[] =>
      levels.filter(({ authority }) => whose.includes(authority)).map(({ state, level }) => `${state} ${level}`);
    expect(of(['441800'])).toEqual(['ordered none', 'proposed III']);
    // The two counties that are under red are proposed a level of their own, too.
    expect(of(['441802', '441881']).filter((one) => one.startsWith('proposed'))).toEqual([
      'proposed III',
      'proposed III',
    ]);
  });

  it('refuse with place and reason, say so by the exit code, and help on wrong use', () => {
    const bad = path.join(ROOT, 'services/fengsui/src/bad-readings.csv');
    const fed = fengsui('feed', bad);
    expect(fed.status).toBe(3);
    expect(fed.json).toMatchObject({
      records: 2,
      accepted: 1,
      refused: 1,
      files: [{ refusals: [{ place: 'line 3, unit', expected: 'm' }] }],
    });
    expect(fengsui('figures').status).toBe(2);
    expect(fengsui('trace', 'nothing', '--year', '2020').status).toBe(2);
    expect(fengsui('feed', '/nowhere').status).toBe(2);
  });
});

/** Up to the middle of June 2019: the first response, its transfers, fires, accidents. */
const UNTIL = '2019-06-13';

/** Plays the beginning of the demonstration on a database of its own, cut off after each of these deliveries. */
async function playedWithCuts(cuts: readonly number[]): Promise<Travelled> {
  const database = await testDatabase([]);
  const settings = readSettings({ DATABASE_URL: database.url, LOG_LEVEL: 'error' });
  const plans = readPlans(path.join(ROOT, 'plans', 'qingyuan'));
  const script = demonstration({ ...plans.response, roster: plans.duty.roster }).filter(({ at }) => at < UNTIL);
  const store = await openStore(settings);
  const db = await connect(store.url, 'the demonstration, cut off', 1);
  await begin(db, script);
  await db.destroy();
  for (const cut of [...cuts, script.length]) {
    const { ports, stop } = await startOneProcess(store.url, settings, plans, { services: true, http: false });
    const outcome = play(script, stageOf(ports), (delivered) => {
      if (delivered >= cut) throw new Error('cut off');
    });
    await expect(outcome).rejects.toThrow('cut off');
    await stop();
  }
  const found = await travelled(database.url, script.at(-1)?.at ?? UNTIL);
  await database.drop();
  return found;
}

type Travelled = Readonly<{ until: string; events: number; hash: string }>;

/** What travelled until then. Offsets say who was faster; what was said does not. */
async function travelled(url: string, until: string): Promise<Travelled> {
  const db = await connect(url, 'what travelled', 1);
  const rows = (await db.query(
    `select topic, key, body from log.record where body::json->>'recordedAt' < $1 order by topic, key, body`,
    [until],
  )) as object[];
  await db.destroy();
  return { until, events: rows.length, hash: createHash('sha256').update(JSON.stringify(rows)).digest('hex') };
}
