import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fromShanghai } from '@fengsui/contracts';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { reportOf } from '../incident-for-tests.js';
import { REPORTING_SCHEMA, ReportingModule, ReportingPlan, ReportingQuery, Reports, ReportVersions } from '../index.js';

const PLAN = ReportingPlan.read(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan'),
);
const FIRST = '2020/annual-summary/1';

let reporting: LoneService;
const accident = (incidentId: string, day: string, reportNo = 1, more: object = {}): Given => ({
  type: 'incident.v1',
  key: incidentId,
  id: `incident/${incidentId}/${reportNo}`,
  occurredAt: fromShanghai(`${day}T12:00`),
  data: reportOf({ incidentId, reportNo, happenedAt: fromShanghai(`${day}T10:00`), deaths: 1, injuries: 0, ...more }),
});
const versions = () => reporting.get(ReportVersions).list();
/** What became of the order given last. */
const outcome = async (): Promise<string> => {
  const [row] = await reporting.runtime.db.query(
    `select outcome || ': ' || reason as words from reporting.given_order order by length(event) desc, event desc limit 1`,
  );
  return row?.words ?? '';
};
const order = async (kind: string, actor: string, more: object = { report: FIRST }): Promise<string> => {
  await reporting.order({ kind, actor, reason: '', ...more });
  return outcome();
};

/** Stands for LibreOffice, which not every machine has; a real one makes the same of the same words. */
const CONVERTS = `#!/bin/sh
[ "$1" = --version ] && { echo "LibreOffice stand-in"; exit 0; }
while [ "$1" != --outdir ]; do shift; done
[ -e "$(dirname "$0")/broken" ] && exit 1
printf '%%PDF of %s' "$(wc -c < "$3" | tr -d ' ')" > "$2/report.pdf"
`;
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-versions-'));
const program = path.join(folder, 'converts');

beforeAll(async () => {
  writeFileSync(program, CONVERTS, { mode: 0o755 });
  writeFileSync(path.join(folder, 'broken'), '');
  reporting = await loneService('reporting', '2020-06-01', REPORTING_SCHEMA, () => ReportingModule.of(PLAN, program));
  await reporting.give(accident('A', '2020-05-01'), accident('B', '2020-05-02'));
});
afterAll(async () => {
  await reporting.end();
  rmSync(folder, { recursive: true });
});

it('is drafted by the schedule, checked, signed by another person, and then never changes', async () => {
  await reporting.at('+236 12:00'); // 23 January 2021
  expect((await versions()).map(({ id, state, madeBy }) => [id, state, madeBy])).toEqual([[FIRST, 'draft', 'roll-up']]);
  expect((await reporting.get(ReportingQuery).items(true)).map(({ kind, words }) => [kind, words])).toEqual([
    ['report-unsigned', `文稿 ${FIRST} 待核稿`],
  ]);
  expect(await order('sign-report', 'liang')).toMatch(/^rejected: 尚未核稿/);
  // Who wrote nothing yet is said, and what is said of it is kept.
  const owed = (await versions())[0]?.missing.map(({ place }) => place) ?? [];
  expect(owed).toContain('narrative party');
  expect(owed).toContain('county 英德市');
  expect(await order('check-report', 'chen')).toMatch(/^rejected: 文稿缺\d+处/);
  expect(await order('check-report', 'chen', { report: FIRST, reason: '随后补' })).toMatch(/^done: .*已核稿/);
  expect(await order('sign-report', 'chen')).toMatch(/^rejected: 核稿与签发须为两人/);
  expect(await order('sign-report', 'liang')).toMatch(/^rejected: .*英德市.*尚未核定本期数据/);
  for (const county of PLAN.counties.keys())
    expect(await order('close-period', 'sun', { period: '2020', authority: county })).toMatch(
      /^done: .*已核定2020数据/,
    );
  expect(await order('sign-report', 'liang')).toMatch(/^done: .*已签发/);
  expect(await order('sign-report', 'zheng')).toMatch(/^rejected: 已由 liang 签发/);
  expect(await order('check-report', 'zheng', { report: '2020/annual-summary/9' })).toMatch(/不是最新一稿/);
  expect(await order('close-period', 'sun', { period: '2021', authority: '441881' })).toMatch(/^rejected: .*尚未结束/);
  expect(await order('close-period', 'sun', { period: '2020', authority: '440100' })).toMatch(/^rejected: .*不是本市/);
  expect(
    (await reporting.said('report-waits.v1')).map(({ data }) => {
      const { waitsFor, by } = data as { waitsFor: string; by: string };
      return `${waitsFor} ${by}`;
    }),
  ).toEqual(['check roll-up', 'sign chen', 'nobody liang']);
  expect(await order('check-report', 'zheng', { report: 'x' })).toMatch(/^rejected: x: 应为/);
  expect(await order('draft-report', 'chen', { period: '2020', template: 'nothing' })).toMatch(/没有模板 nothing/);
  expect(await order('draft-report', 'chen', { period: '20', template: 'annual-summary' })).toMatch(/^rejected/);
  const [signed] = await versions();
  expect(signed).toMatchObject({ state: 'signed', checkedBy: 'chen', signedBy: 'liang', differences: null });
  expect(await reporting.get(ReportingQuery).items(true)).toEqual([]);
});

it('has its PDF beside it, made later where it could not be made at once', async () => {
  const pdf = () => reporting.get(ReportVersions).pdfOf(FIRST);
  await reporting.at('+236 12:30');
  expect(await pdf()).toBeNull();
  rmSync(path.join(folder, 'broken'));
  await reporting.at('+236 14:00');
  const bytes = (await reporting.get(ReportVersions).bytes(FIRST))?.length;
  expect(String(await pdf())).toBe(`%PDF of ${bytes}`);
  const sealed = createHash('sha256')
    .update(String(await pdf()))
    .digest('hex');
  expect((await versions())[0]?.pdf).toBe(sealed);
});

it('is issued again with the figures that differ, and the cases by which', async () => {
  const before = await reporting.get(ReportVersions).bytes(FIRST);
  await reporting.give(accident('A', '2020-05-01', 2, { stage: 'write-off' }), accident('C', '2020-05-03'));
  expect(await order('draft-report', 'chen', { period: '2020', template: 'annual-summary' })).toMatch(/^done/);
  const [second, first] = await versions();
  expect([second?.id, second?.state, first?.state]).toEqual(['2020/annual-summary/2', 'draft', 'signed']);
  const deaths = second?.differences?.find(({ id }) => id === 'accidents.deaths');
  expect(deaths).toBeUndefined(); // one less and one more
  await reporting.give(accident('D', '2020-05-04'));
  await order('draft-report', 'chen', { period: '2020', template: 'annual-summary' });
  const [third] = await versions();
  const count = third?.differences?.find(({ id }) => id === 'accidents.count');
  expect([count?.from, count?.to, count?.cases.map((one) => `${one.case} ${one.reason.en.split(' 20')[0]}`)]).toEqual([
    2,
    3,
    ['A written off', 'C reported late', 'D reported late'],
  ]);
  // A county that changed after it had vouched for its figures is named.
  expect(third?.missing.filter(({ place }) => place.startsWith('county'))).toEqual([
    expect.objectContaining({ what: expect.stringContaining('生产安全事故起数（accidents.count）2→3') }),
  ]);
  // An older draft is none any more; what was signed stands as it was, byte by byte.
  expect(await order('check-report', 'chen', { report: '2020/annual-summary/2' })).toMatch(/不是最新一稿/);
  const after = await reporting.get(ReportVersions).bytes(FIRST);
  expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true);
  expect(
    createHash('sha256')
      .update(after ?? '')
      .digest('hex'),
  ).toBe((await versions()).at(-1)?.sha256);
});

it('is dropped when nobody wants it, and refused with the reason where it cannot be written', async () => {
  const report = '2020-05/situation/1';
  expect(await order('draft-report', 'chen', { period: '2020-05', template: 'situation' })).toMatch(/^done/);
  // The plan of the next year is no part of a review.
  const due = {
    section: 'plan-1',
    order: 1,
    task: '建成指挥中心',
    owner: '市应急管理局',
    due: '2021-06-30',
    isDone: false,
  };
  const record = { kind: 'plan-task', recordId: 'p1', county: '441800', organ: '市应急管理局', text: '', ...due };
  await reporting.give({
    type: 'work-record.v1',
    key: 'p1',
    occurredAt: fromShanghai('2020-12-28T10:00'),
    data: record,
  });
  const episodeId = '441800-flood-2020-E01';
  const step = (change: string, from: string, to: string, at: string): Given => ({
    type: 'response-changed.v1',
    key: '441800/flood',
    id: `response-changed/${change}`,
    occurredAt: fromShanghai(at),
    data: {
      authority: '441800',
      hazard: 'flood',
      episodeId,
      from,
      to,
      change,
      counties: ['441881'],
      proposalId: null,
      decidedBy: 'liang',
      reason: '雨',
      plan: 'p',
    },
  });
  await reporting.give(step('start', 'none', 'IV', '2020-06-07T02:00'), step('end', 'IV', 'none', '2020-06-08T08:00'));
  const lacking = async (period: string) =>
    (await reporting.get(Reports).make({ period })).missing.flatMap(({ place }) =>
      place.startsWith('plan-task') || place.startsWith('narrative review') ? [place] : [],
    );
  expect(await lacking('2020')).toEqual([]);
  expect(await lacking(`response:${episodeId}`)).toEqual(['narrative review-good', 'narrative review-lessons']);
  const waiting = async () => (await reporting.get(ReportingQuery).items(true)).map(({ words }) => words);
  expect((await waiting()).some((words) => words.includes(report))).toBe(true);
  expect(await order('drop-report', 'chen', { report })).toMatch(/^rejected: 撤回须写明理由/);
  expect(await order('drop-report', 'chen', { report, reason: '误起草' })).toMatch(/^done: .*已撤回/);
  expect((await versions()).find(({ id }) => id === report)?.state).toBe('dropped');
  expect((await waiting()).some((words) => words.includes(report))).toBe(false);
  expect((await reporting.said('report-waits.v1')).at(-1)?.data).toMatchObject({ report, waitsFor: 'nobody' });
  expect(await order('check-report', 'chen', { report, reason: '补' })).toMatch(/^rejected: 已由 chen 撤回/);
  expect(await order('drop-report', 'chen', { report: FIRST, reason: '误' })).toMatch(/^rejected: .*不是最新一稿/);
  // What the template asks for is not there: said at once, and to whoever ordered it.
  expect(await order('draft-report', 'chen', { period: '2020', template: 'response-review' })).toMatch(
    /^rejected: .*the report is of no response/,
  );
  expect(await order('close-period', 'sun', { period: '2020-ytd', authority: '441881' })).toMatch(
    /^rejected: .*不能核定/,
  );
});

it('is drafted for every year that fell into a downtime', async () => {
  const { db } = reporting.runtime;
  await reporting.at('+605 12:00'); // January 2022
  await db.query(`delete from reporting.rollup where name = 'annual'`);
  await db.query(
    `update schedule.job set due_at = '2021-01-22T00:30:00Z' where service = 'reporting' and kind = 'annual'`,
  );
  await reporting.at('+606 12:00');
  const runs = await db.query(
    `select due_at::date::text as day from reporting.rollup where name = 'annual' order by due_at`,
  );
  expect(runs.map(({ day }: { day: string }) => day)).toEqual(['2021-01-22', '2022-01-22']);
});
