import { hazardsInChinese, LEVEL_IN_CHINESE, levelRank } from '@fengsui/contracts';
import { ResponsePlan, type FloodPlan } from '@fengsui/response';
import { readSettings } from '@fengsui/settings';
import { textOf, wordOf, type CommandOf } from '../command.js';
import { EXIT, Misuse, type Said, type Terminal } from '../terminal.js';

/** A condition as a person reads it. */
type Row = Readonly<{
  authority: string;
  id: string;
  response: string;
  level: string;
  season: string | null;
  text: string;
  source: string;
  verified: boolean;
}>;

const HEAD: readonly Said[] = [
  { zh: '编号', en: 'id' },
  { zh: '响应', en: 'response' },
  { zh: '等级', en: 'level' },
  { zh: '条件', en: 'condition' },
  { zh: '季节', en: 'season' },
  { zh: '来源', en: 'source' },
  { zh: '核定', en: 'verified' },
];

/** By what an authority decides, the highest level first. */
const rowsOf = ({ authority, conditions }: FloodPlan): readonly Row[] =>
  [...conditions]
    .sort((a, b) => levelRank(b.level) - levelRank(a.level))
    .map(({ id, hazards, level, season, text, source, verified }) => ({
      authority,
      id,
      response: hazardsInChinese(hazards),
      level: LEVEL_IN_CHINESE[level],
      season: season === undefined ? null : `${season.from}—${season.until}`,
      text,
      source,
      verified,
    }));

const cells = ({ id, response, level, text, season, source, verified }: Row, terminal: Terminal) => [
  id,
  response,
  level,
  text,
  season,
  source,
  terminal.pick(verified ? { zh: '是', en: 'yes' } : { zh: '推定', en: 'no' }),
];

export const PLAN_SHOW_COMMAND: CommandOf = {
  name: 'plan show',
  about: { zh: '显示启动条件', en: 'the conditions of a plan' },
  example: 'plan show --authority 441881',
  words: [{ name: '[folder]', about: { zh: '预案目录；不写为 FENGSUI_PLAN', en: 'folder of the plan' } }],
  options: [
    {
      flags: '--authority <code>',
      about: { zh: '机构区划代码；不写为本市', en: 'GB/T 2260 code; the city without it' },
    },
  ],
  run: (typed, terminal) => {
    const plan = ResponsePlan.read((typed.words[0] as string | undefined) ?? readSettings(process.env).FENGSUI_PLAN);
    const authority = textOf(typed, 'authority') ?? plan.flood.authority;
    const own = plan.planOf(authority);
    if (own === null) throw new Misuse(`${authority}: ${[...plan.plans.keys()].join(' ')}`);
    const rows = rowsOf(own);
    terminal.result(rows, () =>
      terminal.table(
        HEAD,
        rows.map((row) => cells(row, terminal)),
      ),
    );
    return Promise.resolve(EXIT.done);
  },
};

/** A condition of two plans, where they differ. */
type Difference = Readonly<{ authority: string; id: string; before: object | null; after: object | null }>;

export const PLAN_DIFF_COMMAND: CommandOf = {
  name: 'plan diff',
  about: { zh: '比较两份预案的启动条件', en: 'what differs between the conditions of two plans' },
  example: 'plan diff plans/qingyuan plans/draft',
  words: [
    { name: '<before>', about: { zh: '预案目录', en: 'folder of a plan' } },
    { name: '<after>', about: { zh: '另一预案目录', en: 'folder of another' } },
  ],
  run: (typed, terminal) => {
    const [before, after] = [ResponsePlan.read(wordOf(typed, 0)), ResponsePlan.read(wordOf(typed, 1))];
    const differences = [...new Set([...before.plans.keys(), ...after.plans.keys()])].flatMap((authority) =>
      differencesOf(authority, before.planOf(authority), after.planOf(authority)),
    );
    terminal.result(differences, () =>
      differences.length === 0
        ? terminal.pick({ zh: '启动条件没有不同', en: 'the conditions are the same' })
        : terminal.table(
            [
              { zh: '机构', en: 'authority' },
              { zh: '编号', en: 'id' },
              { zh: '原', en: 'before' },
              { zh: '新', en: 'after' },
            ],
            differences.map((one) => [one.authority, one.id, ...inWords(one)]),
          ),
    );
    return Promise.resolve(EXIT.done);
  },
};

function differencesOf(authority: string, before: FloodPlan | null, after: FloodPlan | null): readonly Difference[] {
  const of = (plan: FloodPlan | null) => new Map((plan?.conditions ?? []).map((one) => [one.id, one]));
  const [old, fresh] = [of(before), of(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((id) => {
    const pair = { before: old.get(id) ?? null, after: fresh.get(id) ?? null };
    return JSON.stringify(pair.before) === JSON.stringify(pair.after) ? [] : [{ authority, id, ...pair }];
  });
}

/** Of a condition that both have, the fields that differ; else all of it. */
function inWords({ before, after }: Difference): readonly [string | null, string | null] {
  const [old, fresh] = [Object.entries(before ?? {}), new Map(Object.entries(after ?? {}))];
  const same = new Set(
    old.filter(([name, value]) => JSON.stringify(value) === JSON.stringify(fresh.get(name))).map(([name]) => name),
  );
  const left = (entries: readonly (readonly [string, unknown])[]): string =>
    entries
      .filter(([name]) => !same.has(name))
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join('；');
  return [before === null ? null : left(old), after === null ? null : left([...fresh])];
}
