import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from '@fengsui/database';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { Gateways } from '../delivery/gateways-for-tests.js';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { PLAN } from '../plan-for-tests.js';
import { CallAuditor } from './call-auditor.js';

let gateways: Gateways;
let duty: LoneService;
let auditor: CallAuditor;
let minutes = 0;
beforeEach(async () => {
  minutes = 0;
  gateways = new Gateways();
  await gateways.open();
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) =>
    DutyModule.of(DutyPlan.read(PLAN), settings),
  );
  await duty.toWall();
  auditor = auditorAt(String((duty.runtime.db.options as { url?: string }).url));
});
afterEach(async () => {
  await auditor.close();
  await gateways.close();
  await duty.end();
});

const auditorAt = (url: string): CallAuditor =>
  new CallAuditor({
    open: () => connect(url, 'auditor', 1),
    url: gateways.url('/alarm'),
    nowMs: () => minutes * 60_000,
    say: () => undefined,
  });
const alarms = (): string[] => gateways.posts.map(({ body }) => String(body['subject']));
/** A call whose step nothing does: no job is due for it. */
const stuck = (id: string, seconds: number): Promise<unknown> =>
  duty.runtime.db.query(
    `insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
     values ($1, 'fire', 'f', true, '【火情核查】英德市', '', '{}', 'ringing', now(), 1, now() - make_interval(secs => $2), '', '{}')`,
    [id, seconds],
  );

describe('the auditor of calls', () => {
  it('says nothing while every step comes in time, and rings once when one does not, again while it lasts, and at its end', async () => {
    await stuck('in-time', 5);
    expect([await auditor.look(), alarms()]).toEqual([null, []]);
    await stuck('late', 60);
    expect(await auditor.look()).toContain('1个呼叫未按时升级');
    await auditor.look();
    expect(alarms()).toEqual(['【值班呼叫停摆】']);
    expect(gateways.posts[0]?.body['calls']).toMatchObject([{ what: 'step', call: 'late' }]);
    minutes = 5;
    await auditor.look();
    expect(alarms()).toHaveLength(2);
    expect((await duty.get(DutyQuery).undone()).map(({ call }) => call)).toEqual(['late']);
    await duty.runtime.db.query(`update duty.call set state = 'closed' where id = 'late'`);
    await auditor.look();
    expect(alarms().at(-1)).toBe('【值班呼叫已恢复】');
    await auditor.look();
    expect(alarms()).toHaveLength(3);
  });

  it('rings for urgent messages that nobody tried to send', async () => {
    await stuck('unsent', 0);
    await duty.runtime.db.query(
      `insert into duty.delivery (key, call, step, person, channel, state, created_at)
       values ('unsent/1/chen/mail', 'unsent', 1, 'chen', 'mail', 'queued', now() - interval '2 minutes')`,
    );
    expect(await auditor.look()).toContain('1个呼叫的消息未发送');
  });

  it('rings when the database takes a connection and is frozen', async () => {
    const frozen = createServer(() => undefined);
    await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
    const { port } = frozen.address() as AddressInfo;
    const before = auditorAt(`postgres://nobody@127.0.0.1:${port}/none`);
    expect(await before.look()).toContain('数据库无应答');
    expect(alarms()).toEqual(['【值班呼叫停摆】']);
    frozen.close();
  });

  it('rings when the database does not answer, and is not satisfied with an alarm that was not taken', async () => {
    const dead = auditorAt('postgres://nobody@127.0.0.1:1/none');
    gateways.answer = (nth) => (nth === 1 ? { status: 503 } : {});
    await dead.look();
    expect(await dead.look()).toContain('数据库无应答');
    expect(alarms()).toHaveLength(2);
  });
});
