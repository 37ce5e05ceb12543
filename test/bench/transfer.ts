import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore, readPlans, startOneProcess, type Ports } from '@fengsui/cli';
import { one } from '@fengsui/database';
import { readSettings } from '@fengsui/settings';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const [POINTS, HOUSEHOLDS, PERSONS] = [250, 100, 4];
const PEOPLE = POINTS * HOUSEHOLDS * PERSONS;
const COUNTIES = ['441802', '441803', '441821', '441823', '441825', '441826', '441881', '441882'];
const points = Array.from({ length: POINTS }, (_, n) => {
  const county = COUNTIES[n % COUNTIES.length] as string;
  return { id: `${county}-${String(900 + n)}`, county };
});
const nameOf = (point: number, household: number, person: number): string =>
  `${'赵钱孙李周吴郑王冯陈'[household % 10]}${point}${'甲乙丙丁'[person]}${household}`;

/**
 * `npm run bench -- transfer`: 25,000 households with 100,000 people by name, moved at one level: how long until the
 * tasks are raised, until evidence for everybody is counted, and until any one list is there. Two processes' worth of
 * work in one, as it is installed; the database is the embedded one.
 */
export async function benchTransfer(say: (row: string) => void): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-transfer-'));
  const plan = path.join(home, 'plan');
  cpSync(path.join(ROOT, 'plans', 'qingyuan'), plan, { recursive: true });
  for (const optional of readdirSync(plan).filter((file) => /^(shelters|vulnerable-sites)\.csv$/.test(file)))
    rmSync(path.join(plan, optional));
  const categories = ['cut-slope', 'flash-flood', 'low-lying', 'dike', 'reservoir'];
  writeFileSync(
    path.join(plan, 'risk-points.csv'),
    [
      'id,name,county,category,people,organiser,destination,reach',
      ...points.map(
        ({ id, county }, n) =>
          `${id},点${n},${county},${categories[n % 5]},${HOUSEHOLDS * PERSONS},责任人${n},避护场所${n},`,
      ),
    ].join('\n'),
  );
  const settings = {
    ...readSettings({ LOG_LEVEL: 'error', FENGSUI_HTTP_PORT: '0' }),
    FENGSUI_HOME: path.join(home, 'data'),
  };
  const store = await openStore(settings);
  const running = await startOneProcess(store.url, settings, readPlans(plan), { services: true, http: false });
  try {
    await measure(running.ports, say);
  } finally {
    await running.stop();
    await store.release();
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(ports: Ports, say: (row: string) => void): Promise<void> {
  const row = (what: string, asked: string, ms: number): void =>
    say(`| ${what} | ${asked} | ${(ms / 1_000).toFixed(2)} |`);
  say(
    `| ${PEOPLE.toLocaleString('en')} people in ${(POINTS * HOUSEHOLDS).toLocaleString('en')} households, ${POINTS} risk points | asked, s | s |`,
  );
  say('|---|--:|--:|');
  const feed = async (text: string): Promise<void> => {
    const about = { door: 'demonstration', name: 'bench', actor: 'bench' } as const;
    const receipt = await ports.receiving.receiveBytes(Buffer.from(text), about);
    if ('skipped' in receipt || receipt.refused > 0) throw new Error(JSON.stringify(receipt).slice(0, 500));
  };
  const until = async (what: string, ready: (n: number) => boolean, sql: string): Promise<void> => {
    const end = performance.now() + 600_000;
    while (!ready(Number((await one<{ n: number }>(ports.db, sql))?.n))) {
      if (performance.now() > end) throw new Error(`${what}: not within ten minutes`);
      await sleep(20);
    }
  };
  const order = async (id: string, fields: object): Promise<string> =>
    JSON.stringify({
      type: 'order.v1',
      occurredAt: await ports.clock.now(),
      data: { orderId: id, actor: 'liang', speaksFor: null, reason: 'bench', ...fields },
    });

  const began = performance.now();
  for (let from = 0; from < POINTS; from += 50) await feed(ledgerOf(from, from + 50));
  await until('ledgers', (n) => n === PEOPLE, 'select coalesce(sum(people), 0)::int as n from response.ledger');
  row('ledgers taken in, names sealed', '-', performance.now() - began);

  const raising = performance.now();
  const level = { authority: '441800', hazard: 'flood', level: 'I', counties: [] };
  await feed(await order('raise', { kind: 'raise', ...level }));
  await feed(
    await order('second', {
      kind: 'countersign',
      ...level,
      level: undefined,
      counties: undefined,
      countersigns: 'raise',
      actor: 'zheng',
    }),
  );
  await until('tasks', (n) => n === PEOPLE, 'select coalesce(sum(people), 0)::int as n from response.task');
  row('every task raised, from the order on', '10', performance.now() - raising);

  const proving = performance.now();
  const reports = [];
  for (const [n, { id }] of points.entries())
    reports.push(
      await order(`r${n}`, {
        kind: 'progress',
        taskId: `441800-flood-${new Date().getFullYear()}-E01/${id}`,
        moved: namesOf(n),
        absent: 0,
        refusing: 0,
        evidence: 'head-count',
      }),
    );
  for (let from = 0; from < POINTS; from += 50) await feed(reports.slice(from, from + 50).join('\n'));
  await until('evidence', (n) => n === PEOPLE, 'select coalesce(sum(moved), 0)::int as n from response.task');
  row('evidence for all of them counted', '60', performance.now() - proving);

  let slowest = 0;
  for (const { id } of await ports.response.tasks()) {
    const asked = performance.now();
    const people = await ports.response.people(id);
    if (people?.length !== HOUSEHOLDS * PERSONS) throw new Error(`${id}: ${people?.length} people`);
    slowest = Math.max(slowest, performance.now() - asked);
  }
  row('the slowest list of one task', '1', slowest);
  const all = performance.now();
  await ports.response.tasks();
  row('the list of all tasks', '1', performance.now() - all);
}

const namesOf = (point: number): string[] =>
  Array.from({ length: HOUSEHOLDS * PERSONS }, (_, n) => nameOf(point, Math.floor(n / PERSONS), n % PERSONS));

function ledgerOf(from: number, to: number): string {
  const rows = points
    .slice(from, to)
    .flatMap(({ id }, n) =>
      namesOf(from + n).map(
        (name, m) =>
          `${id},2026-05-01,${Math.floor(m / PERSONS) + 1},${name},,门牌${m},,联系人${m % 7},接到通知即走,步行,村道,`,
      ),
    );
  return ['风险点,台账日期,户号,姓名,电话,住址,特殊群体,联系人,转移时间,转移方式,转移路线,避护场所', ...rows].join(
    '\n',
  );
}
