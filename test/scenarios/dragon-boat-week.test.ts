import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCHEMAS } from '@fengsui/cli';
import { connect } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';

/**
 * The 龙舟水 week of June 2020 by the clock, with the process killed in the middle of three works: what was sent is what
 * must have been sent, and nothing else.
 */
const WORKER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'scenarios', 'week-worker.js');
/** Killed while this is worked through: a level and its tasks, reports from the villages, an hour of readings. */
const KILLED_AT = [/orders-confirm/, /orders-progress-2020-3-2/, /20200609T1200-readings/];

let database: TestDatabase;
let kills = 0;
beforeAll(async () => {
  database = await testDatabase(SCHEMAS);
  const db = await connect(database.url, 'week', 1);
  await db.query('create table public.week_progress (name text primary key)');
  await db.query(`update schedule.clock set virtual_now = '2020-06-04T16:00:00Z'`);
  await db.destroy();
  for (const fatal of [...KILLED_AT, null]) kills += Number(!(await play(fatal)));
}, 600_000);
afterAll(() => database.drop());

/** @returns false when it was killed, true when it came to its end */
function play(fatal: RegExp | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WORKER, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (said: Buffer) => {
      if (fatal?.test(said.toString()) === true) child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the week ended with ${code}`));
    });
  });
}

async function rows(sql: string): Promise<readonly string[]> {
  const db = await connect(database.url, 'week', 1);
  const found = (await db.query(sql)) as readonly { said: string }[];
  await db.destroy();
  return found.map(({ said }) => said);
}
/** Beijing time of a column. */
const clock = (column: string): string => `to_char(${column} at time zone 'Asia/Shanghai', 'MM-DD HH24:MI')`;

describe('the 龙舟水 week', () => {
  it('was killed three times on the way', () => expect(kills).toBe(3));

  it('rings the officer, who is silent, and then the leader, who decides; nobody else, and nobody twice', async () => {
    const sent = await rows(`
      select distinct ${clock('created_at')} || ' ' || person || ' ' || call as said
      from duty.delivery where subject is null order by 1`);
    expect(sent).toEqual(SENT);
  });

  it('tells everybody who was called, once, that it needs nobody any more', async () => {
    const told = await rows(`
      select distinct ${clock('created_at')} || ' ' || person || ' ' || subject as said
      from duty.delivery where subject is not null order by 1`);
    expect(told).toEqual(TOLD);
    // Of everything that is over: whoever was called for it, and is not who answered, was told by the same channel.
    const untold = await rows(`
      select distinct c.about || ' ' || d.person as said from duty.call c join duty.delivery d on d.call = c.id and d.subject is null
      where c.state in ('answered', 'closed') and d.person is distinct from c.answered_by
        and d.state in ('accepted', 'delivered', 'shown')
        and not exists (select 1 from duty.delivery n join duty.call o on o.id = n.call where o.about = c.about and n.subject is not null
                        and n.person = d.person and n.channel = d.channel and n.contact = d.contact)`);
    expect(untold).toEqual([]);
  });

  it('decides what was decided, by whom, and ends everything', async () => {
    expect(
      await rows(`
        select ${clock('at')} || ' ' || authority || ' ' || level || ' ' || decided_by as said
        from response.level_history order by at, authority`),
    ).toEqual(DECIDED);
    expect(
      await rows(`select authority || ' ' || hazard as said from response.state where body->>'level' <> 'none'
        or body->>'proposal' is not null`),
    ).toEqual([]);
    expect(await rows(`select id as said from duty.call where state = 'ringing'`)).toEqual([]);
  });

  it('moves 29,900 people, each with evidence and once', async () => {
    expect(await rows('select sum(moved)::text as said from response.task')).toEqual(['29900']);
    expect(await rows('select count(distinct (task, person))::text as said from response.task_person')).toEqual([
      '29900',
    ]);
    expect(await rows(`select id as said from response.task where state <> 'closed'`)).toEqual([]);
    expect(
      await rows(`select content->>'person' as said from reporting.subject where kind = 'moved-person'`),
    ).toHaveLength(29_900);
  });
});

/** Beijing time, who, and the call. An officer who answers in time is called once. */
const TOLD: readonly string[] = [
  '06-07 02:20 wu 【已结束：由 441800-flood-2020-P03 取代】【待签发】建议扩大防汛Ⅳ级应急响应范围',
  '06-07 02:20 zhou 【已结束：由 441800-flood-2020-P03 取代】【待签发】建议扩大防汛Ⅳ级应急响应范围',
  '06-07 02:27 zhou 【吴带班已应答】【待签发】建议调整为防汛Ⅲ级应急响应',
  '06-07 02:38 duty-441802 【lead-441802已处理】【逾期未签发】清城区防汛Ⅲ级应急响应建议第1次催办',
  '06-07 02:47 zhou 【吴带班已应答】【转移逾期】3个风险点 6人未落实',
  '06-07 04:41 wu 【已结束：转移任务已办结】【转移逾期】3个风险点 6人未落实',
  '06-07 04:41 zhou 【已结束：转移任务已办结】【人员转移】54个风险点 8020人',
  '06-07 04:41 zhou 【已结束：转移任务已办结】【转移逾期】3个风险点 6人未落实',
  '06-07 06:41 zhou 【吴带班已应答】【转移逾期】7个风险点 14人未落实',
  '06-07 10:30 wu 【已结束：转移任务已办结】【转移逾期】7个风险点 14人未落实',
  '06-07 10:30 zhou 【已结束：转移任务已办结】【人员转移】162个风险点 24679人',
  '06-07 10:30 zhou 【已结束：转移任务已办结】【转移逾期】7个风险点 14人未落实',
  '06-08 02:26 duty-441803 【已结束：响应已结束】【响应变更】启动清新区防汛Ⅳ级应急响应',
  '06-10 10:20 duty-441821 【已结束：响应已结束】【响应变更】调整为佛冈县防汛Ⅳ级应急响应',
  '06-10 10:20 duty-441881 【已结束：响应已结束】【响应变更】调整为英德市防汛Ⅳ级应急响应',
  '06-10 10:22 duty-441802 【已结束：响应已结束】【响应变更】调整为清城区防汛Ⅳ级应急响应',
  '06-10 10:30 li 【已结束：响应已结束】【响应变更】调整为防汛Ⅳ级应急响应',
  '06-10 10:30 wu 【已结束：响应已结束】【转移逾期】7个风险点 14人未落实',
  '06-10 10:30 zhou 【已结束：响应已结束】【转移逾期】7个风险点 14人未落实',
];
const SENT: readonly string[] = [
  '06-06 20:30 duty-441821 proposal/441821-flood-2020-P01',
  '06-06 20:30 duty-441881 proposal/441881-flood-2020-P01',
  '06-06 20:30 zhou proposal/441800-flood-2020-P01',
  '06-06 20:41 zhou response/order/demo-confirm-2020-2',
  '06-06 20:41 zhou transfers/441800-flood-2020-E01/response-changed/order/demo-confirm-2020-2',
  '06-06 20:55 duty-441821 response/order/demo-2020-2-1-441821',
  '06-06 20:55 duty-441881 response/order/demo-2020-2-1-441881',
  '06-07 02:14 duty-441802 proposal/441802-flood-2020-P01',
  '06-07 02:14 zhou proposal/441800-flood-2020-P02',
  '06-07 02:19 wu proposal/441800-flood-2020-P02',
  '06-07 02:20 duty-441821 proposal/441821-flood-2020-P02',
  '06-07 02:20 duty-441881 proposal/441881-flood-2020-P02',
  '06-07 02:20 zhou proposal/441800-flood-2020-P03',
  '06-07 02:25 wu proposal/441800-flood-2020-P03',
  '06-07 02:34 duty-441802 proposal/441802-flood-2020-P01',
  '06-07 02:35 zhou response/order/demo-confirm-2020-3',
  '06-07 02:35 zhou transfers/441800-flood-2020-E01/response-changed/order/demo-confirm-2020-3',
  '06-07 02:37 duty-441821 response/order/demo-2020-2-2-441821',
  '06-07 02:37 duty-441881 response/order/demo-2020-2-2-441881',
  '06-07 02:38 duty-441802 response/order/demo-2020-3-1-441802',
  '06-07 02:41 zhou transfer-overdue/441800-flood-2020-E01/2020-06-06T18:41:00.000Z',
  '06-07 02:46 wu transfer-overdue/441800-flood-2020-E01/2020-06-06T18:41:00.000Z',
  '06-07 02:50 duty-441803 proposal/441803-flood-2020-P01',
  '06-07 03:05 duty-441803 response/order/demo-2020-4-1-441803',
  '06-07 06:35 zhou transfer-overdue/441800-flood-2020-E01/2020-06-06T22:35:00.000Z',
  '06-07 06:40 wu transfer-overdue/441800-flood-2020-E01/2020-06-06T22:35:00.000Z',
  '06-08 02:26 duty-441803 response/order/demo-2020-4-2-441803',
  '06-08 09:30 li response/order/demo-lower-2020-1',
  '06-08 09:40 duty-441821 response/order/demo-2020-2-3-441821',
  '06-08 09:40 duty-441881 response/order/demo-2020-2-3-441881',
  '06-08 09:42 duty-441802 response/order/demo-2020-3-2-441802',
  '06-10 10:20 duty-441821 response/order/demo-2020-2-end-441821',
  '06-10 10:20 duty-441881 response/order/demo-2020-2-end-441881',
  '06-10 10:22 duty-441802 response/order/demo-2020-3-end-441802',
  '06-10 10:30 zhou response/order/demo-end-2020-2',
];
const DECIDED: readonly string[] = [
  '06-06 20:41 441800 IV liang',
  '06-06 20:55 441821 IV lead-441821',
  '06-06 20:55 441881 IV lead-441881',
  '06-07 02:35 441800 III liang',
  '06-07 02:37 441821 III lead-441821',
  '06-07 02:37 441881 III lead-441881',
  '06-07 02:38 441802 III lead-441802',
  '06-07 03:05 441803 IV lead-441803',
  '06-08 02:26 441803 none lead-441803',
  '06-08 09:30 441800 IV liang',
  '06-08 09:40 441821 IV lead-441821',
  '06-08 09:40 441881 IV lead-441881',
  '06-08 09:42 441802 IV lead-441802',
  '06-10 10:20 441821 none lead-441821',
  '06-10 10:20 441881 none lead-441881',
  '06-10 10:22 441802 none lead-441802',
  '06-10 10:30 441800 none liang',
];
