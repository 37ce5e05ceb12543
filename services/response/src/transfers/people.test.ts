import { afterEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery, type TaskView } from '../index.js';

/** Everyone of a transfer task is accounted for, by whatever is known of each. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const CITY = { authority: '441800', hazard: 'flood' } as const;
const POINT = '441881-002';
const TASK = `441800-flood-2020-E01/${POINT}`;
const p = (n: number): string => `p-${String(n).padStart(24, '0')}`;

let response: LoneService;
const folders: string[] = [];
afterEach(async () => {
  await response.end();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
/** @param file changed in a copy of the plan */
async function begin(file?: string, change: (text: string) => string = String): Promise<void> {
  const plan = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
  folders.push(plan);
  cpSync(PLAN, plan, { recursive: true });
  const at = file === undefined ? null : path.join(plan, file);
  if (at !== null) {
    const before = readFileSync(at, 'utf8');
    expect(change(before)).not.toBe(before);
    writeFileSync(at, change(before));
  }
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(plan)),
  );
  await response.at('10:00');
}
const query = (): ResponseQuery => response.get(ResponseQuery);
const taskOf = async (): Promise<TaskView> => (await query().tasks()).find(({ id }) => id === TASK) as TaskView;
/** A ledger of so many persons, two a household; the first of each needs help. */
const ledger = (persons: number, asOf = '10:00'): Promise<void> =>
  response.give({
    type: 'transfer-ledger.v1',
    key: POINT,
    id: `transfer-ledger/${POINT}/${persons}`,
    occurredAt: response.instant(asOf),
    data: {
      riskPoint: POINT,
      county: '441881',
      households: Array.from({ length: Math.ceil(persons / 2) }, (_, n) => ({
        household: String(n + 1),
        contact: p(9_000 + n),
        leaves: '预警后1小时内',
        manner: '步行',
        route: '村道',
        shelter: null,
        persons: Array.from({ length: Math.min(2, persons - n * 2) }, (_one, m) => ({
          person: p(n * 2 + m + 1),
          knownAs: [p(100 + n * 2 + m + 1), p(777)],
          groups: m === 0 ? ['elderly'] : [],
          phone: m === 1,
        })),
      })),
    },
  });
const raise = (level = 'III'): Promise<void> => response.order({ kind: 'raise', ...CITY, level, counties: ['441881'] });
const report = (fields: object): Promise<void> =>
  response.order({
    kind: 'progress',
    taskId: TASK,
    moved: [],
    absent: 0,
    refusing: 0,
    evidence: 'head-count',
    ...fields,
  });
const open = async (kind: string): Promise<readonly string[]> =>
  (await query().items(true)).filter((item) => item.kind === kind).map(({ words }) => words);
const outcome = async (order: string): Promise<string> =>
  (await response.runtime.db.query(`select outcome from response.given_order where event = 'order/${order}'`))[0]
    ?.outcome;

describe('the people of a task', () => {
  it('are those of the ledger, and a report means them by any of their names', async () => {
    await begin();
    await ledger(5);
    await raise();
    expect(await taskOf()).toMatchObject({ people: 5, moved: 0 });
    await report({ moved: [p(101), p(2), p(55)], told: [p(3)], refused: [p(4)], notFound: [p(5)] });
    expect(await taskOf()).toMatchObject({ moved: 2, told: 1, refusing: 1, notFound: 1 });
    expect(await open('ledger-exceeded')).toEqual([expect.stringContaining('另报1名不在册')]);
    // A name that several share is nobody's until somebody says whose.
    await report({ moved: [p(777)] });
    expect((await open('ledger-exceeded'))[1]).toContain('1个姓名在册内不止一人');
    const people = await query().people(TASK);
    expect(people?.map(({ person, state }) => [person, state])).toEqual([
      [p(5), 'not-found'],
      [p(4), 'refused'],
      [p(3), 'told'],
      [p(1), 'moved'],
      [p(2), 'moved'],
    ]);
    expect(people?.[0]).toMatchObject({ household: '3', manner: '步行', groups: ['elderly'], phone: false });
    await report({ checkedIn: [p(3), p(4)], shelter: '学校', elsewhere: [p(5)], by: 'contact', evidence: 'signature' });
    expect(await taskOf()).toMatchObject({ moved: 4, absent: 1, refusing: 0, state: 'closed' });
    expect((await query().people(TASK))?.find(({ person }) => person === p(3))?.shelter).toBe('学校');
  });

  it('are those who live there now, when a newer ledger comes; an older one changes nothing', async () => {
    await begin();
    await ledger(5);
    await raise();
    await ledger(7, '11:00');
    expect((await taskOf()).people).toBe(7);
    await ledger(3, '09:00');
    expect((await taskOf()).people).toBe(7);
  });

  it('are called for again and again while they are overdue', async () => {
    await begin();
    await ledger(4);
    await raise();
    await report({ moved: [p(1)] });
    await response.at('+1 02:30'); // due at 14:00, and every four hours from then on
    const overdue = (await response.said('transfer-task-overdue.v1'))
      .map(({ data }) => data as { taskId: string; reminder: number; unaccounted: number })
      .filter(({ taskId }) => taskId === TASK);
    expect(overdue.map(({ reminder, unaccounted }) => [reminder, unaccounted])).toEqual(
      [1, 2, 3, 4].map((n) => [n, 3]),
    );
  });

  it('stay to be verified when the response ends without them, until they are accounted for', async () => {
    await begin();
    await ledger(4);
    await raise();
    await report({ moved: [p(1), p(2)], notFound: [p(3)] });
    await response.order({ kind: 'end', ...CITY, counties: [] });
    expect(await outcome('o3')).toBe('waiting'); // with people unaccounted for it takes a second person
    await response.order({ kind: 'countersign', ...CITY, countersigns: 'o3', actor: 'zheng' });
    expect(await taskOf()).toMatchObject({ state: 'unverified' });
    const [said] = (await response.said('transfer-task-unverified.v1')).filter(({ key }) => key === TASK);
    expect(said?.data).toMatchObject({ unaccounted: 2, confirmedBy: 'liang' });
    await response.at('+1 12:00');
    const asked = (await response.said('transfer-task-overdue.v1')).filter(({ key }) => key === TASK);
    expect(asked.at(-1)?.data).toMatchObject({ reason: expect.stringContaining('待核实：2人下落未明') });
    await report({ moved: [p(3)], elsewhere: [p(4)] });
    expect(await taskOf()).toMatchObject({ state: 'closed', moved: 3 });
    // And a new response moves them anew.
    await raise();
    expect((await query().tasks()).filter(({ id }) => id.endsWith(POINT)).map(({ state }) => state)).toEqual([
      'closed',
      'raised',
    ]);
  });

  it('may go home once they are released; before that it is an alarm', async () => {
    await begin();
    await ledger(2);
    await raise();
    await report({ moved: [p(1), p(2)] });
    await report({ returned: [p(1)] });
    const unreleased = async (): Promise<unknown[]> =>
      (await response.said('transfer-task-progressed.v1')).map(
        ({ data }) => (data as { unreleased?: number }).unreleased,
      );
    expect(await unreleased()).toEqual([undefined, 1]);
    await report({ moved: [p(1)] });
    await response.order({ kind: 'release', taskId: TASK });
    await report({ returned: [p(1), p(2)] });
    expect(await unreleased()).toEqual([undefined, 1, undefined, undefined]);
    expect(await taskOf()).toMatchObject({ state: 'closed', moved: 0, releasedAt: response.instant('10:00') });
    await response.order({ kind: 'release', taskId: TASK });
    expect(await outcome('o5')).toBe('done');
    expect(await outcome('o7')).toBe('rejected');
  });
});

describe('the places of a transfer', () => {
  it('make ready first where the plan says so, and leave when the level rises', async () => {
    await begin('flood-response.yaml', (text) =>
      text.replace(/^transfersAt:/m, 'preparesAt: { IV: [low-lying], III: [], II: [], I: [] }\ntransfersAt:'),
    );
    const low = (await ResponsePlan.read(PLAN)).riskPoints.find(
      ({ county, category }) => county === '441881' && category === 'low-lying',
    );
    const ready = async (): Promise<TaskView | undefined> =>
      (await query().tasks()).find(({ riskPoint }) => riskPoint === low?.id);
    await raise('IV');
    expect(await ready()).toMatchObject({ phase: 'prepare', state: 'raised' });
    expect((await ready())?.reason).toContain('准备转移');
    await raise('III');
    expect(await ready()).toMatchObject({ phase: 'move', state: 'raised', dueAt: response.instant('14:00') });
    // Who only made ready is missed by nobody when it ends.
    await response.order({ kind: 'lower', ...CITY, level: 'IV' });
  });

  it('are proposed anew when a shelter is to hold more than it can', async () => {
    const destination = ResponsePlan.read(PLAN).riskPoints.find(({ id }) => id === POINT)?.destination ?? '';
    await begin('shelters.csv', (text) => text.replace(new RegExp(`(${destination},441881),\\d+`), '$1,10'));
    await raise();
    await response.at('10:02');
    expect(await open('shelter-full')).toEqual([expect.stringMatching(/可容纳10人.*建议改往/)]);
  });

  it('are held against a list of others: a school that no risk point covers is an item', async () => {
    await begin('vulnerable-sites.csv', (text) => `${text}X9,【演示】望埠小学,441881,学校,120,\n`);
    await raise();
    await response.at('10:02');
    expect(await open('site-uncovered')).toEqual([
      '英德市学校“【演示】望埠小学”（120人）不在任何风险点内，请列入 risk-points.csv',
    ]);
  });

  it('exist: a destination that is no shelter is refused at the start, and so is a shelter that stands twice', async () => {
    await begin();
    const refuse = (change: (text: string) => string): (() => unknown) => {
      const plan = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
      folders.push(plan);
      cpSync(PLAN, plan, { recursive: true });
      const file = path.join(plan, 'shelters.csv');
      writeFileSync(file, change(readFileSync(file, 'utf8')));
      return () => ResponsePlan.read(plan);
    };
    expect(refuse((text) => text.replace(/^S441802-01.*\n/m, ''))).toThrow(/不在 shelters.csv/);
    expect(refuse((text) => `${text}S441802-01,另一处,441802,9\n`)).toThrow(/S441802-01: 重复/);
  });
});
