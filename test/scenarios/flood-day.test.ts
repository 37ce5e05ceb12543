import { afterEach, describe, expect, it } from '@jest/globals';
import type { UtcInstant } from '@fengsui/contracts';
import { day, warning, type Day } from './day.js';

let today: Day;
afterEach(() => today.end());

const levels = async (): Promise<string[]> =>
  (await today.ports.response.levels()).map(({ level, state }) => `${state} ${level}`);
const calls = async (): Promise<string[]> =>
  (await today.ports.duty.calls()).map(
    ({ cause, state, steps, answeredBy }) => `${cause} ${state} ${steps}${answeredBy === null ? '' : ` ${answeredBy}`}`,
  );
const YINGDE = '441881000000';

describe('a day of flood', () => {
  it('a warning becomes a proposal, a call, an answer, a level, tasks, and an end', async () => {
    today = await day('2020-06-06');
    await today.at('20:30');
    await today.feed(warning('w1', today.instant('20:30'), '橙色', [YINGDE]));
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    expect(await calls()).toEqual(['proposal ringing 1']);

    await today.at('20:36'); // five minutes of silence: the next person
    expect(await calls()).toEqual(['proposal ringing 2']);
    await today.order({ kind: 'answer', callId: 'proposal/441800-flood-2020-P01', person: 'wu' });
    expect(await calls()).toEqual(['proposal answered 2 wu']);

    await today.order({ kind: 'confirm', authority: '441800', hazard: 'flood', level: 'IV', counties: [] });
    await today.at('20:37');
    expect(await levels()).toEqual(['ordered IV']);
    const tasks = await today.ports.response.tasks();
    expect(tasks.length).toBeGreaterThan(10);
    expect(new Set(tasks.map(({ county }) => county))).toEqual(new Set(['441881']));
    // all tasks of the change are one call
    expect(await calls()).toEqual(['proposal answered 2 wu', 'response ringing 1', 'transfers ringing 1']);

    const [task] = tasks;
    const moved = Array.from({ length: task?.people ?? 0 }, (_, n) => `p${n}`);
    await today.order({ kind: 'progress', taskId: task?.id, moved, absent: 0, refusing: 0, evidence: 'head-count' });
    expect((await today.ports.response.tasks()).find(({ id }) => id === task?.id)).toMatchObject({
      state: 'closed',
      moved: moved.length,
    });

    await today.order({ kind: 'end', authority: '441800', hazard: 'flood' });
    expect(await levels()).toEqual(['ordered none']);
    expect((await today.ports.response.tasks(true)).length).toBe(0);
  });

  it('silence escalates: an undecided proposal is announced again and again, and nobody lowers or closes it', async () => {
    today = await day('2020-06-06');
    await today.at('01:00');
    await today.feed(warning('w1', today.instant('01:00'), '橙色', [YINGDE]));
    await today.at('02:31');
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    const all = await calls();
    expect(all.filter((call) => call.startsWith('proposal-overdue'))).toHaveLength(3);
    expect(all[0]).toBe('proposal exhausted 6');
    // The decision answers whatever still rings about it.
    await today.order({ kind: 'refuse', authority: '441800', hazard: 'flood' });
    expect((await calls()).filter((call) => call.includes('ringing'))).toEqual([]);
    await today.at('08:00');
    expect(await levels()).toEqual(['ordered none']);
  });

  it('an exercise, a test, a foreign alert and a warning of another kind decide nothing', async () => {
    today = await day('2020-06-06');
    await today.at('10:00');
    const at = today.instant('10:00');
    for (const status of ['Exercise', 'Test', 'System', 'Draft'])
      await today.feed(warning(status, at, '红色', [YINGDE], { status }));
    await today.feed(warning('elsewhere', at, '红色', ['440100000000']));
    await today.feed(warning('lightning', at, '红色', [YINGDE], { code: '11B14' }));
    await today.feed(warning('expired', at, '红色', [YINGDE], { expires: today.instant('09:00') }));
    expect(await calls()).toEqual([]);
    expect((await levels()).filter((level) => level !== 'ordered none')).toEqual([]);
  });

  it('comes to the same whatever the order in which warning, update and cancel arrive', async () => {
    const outcomes: string[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
      [0, 2, 1],
      [1, 2, 0],
    ]) {
      today = await day('2020-06-06');
      await today.at('12:00');
      const [t1, t2, t3] = ['09:00', '10:00', '11:00'].map((time) => today.instant(time)) as [
        UtcInstant,
        UtcInstant,
        UtcInstant,
      ];
      const messages = [
        warning('a', t1, '橙色', [YINGDE]),
        warning('b', t2, '红色', [YINGDE], { msgType: 'Update', references: [['a', t1]] }),
        warning('c', t3, '红色', [YINGDE], { msgType: 'Cancel', references: [['b', t2]] }),
      ];
      await today.ports.db.transaction(async () => undefined);
      for (const index of order)
        await today.ports.receiving.receiveBytes(Buffer.from(messages[index] ?? ''), {
          door: 'test',
          name: `m${index}`,
          actor: 't',
        });
      await today.at('12:01');
      const inForce = (await today.ports.db.query(
        'select event from response.warning where ended_by is null',
      )) as unknown[];
      outcomes.push(JSON.stringify(inForce));
      if (order !== undefined && outcomes.length < 6) await today.end();
    }
    expect(new Set(outcomes)).toEqual(new Set(['[]']));
  });

  it('a published text ends what the same bureau said of the same kind and area before, whichever comes first, and nothing else', async () => {
    const said = (hour: number, rest: string): string => `英德市气象台2020年6月6日${hour}时00分${rest}`;
    const messages = [
      said(8, '发布青塘镇暴雨红色及桥头镇暴雨橙色预警信号。'),
      said(9, '解除青塘镇暴雨红色预警信号。'),
      said(10, '发布青塘镇暴雨黄色预警信号。'),
    ];
    const left: string[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      today = await day('2020-06-06');
      await today.at('12:00');
      for (const index of order)
        await today.ports.receiving.receiveBytes(Buffer.from(messages[index] ?? ''), {
          door: 'test',
          name: `m${index}`,
          actor: 't',
        });
      await today.at('12:01');
      const inForce = (await today.ports.db.query(
        'select identifier, colour from response.warning where ended_by is null order by 1, 2',
      )) as object[];
      left.push(JSON.stringify(inForce));
      if (left.length < 3) await today.end();
    }
    expect(new Set(left)).toEqual(
      new Set([
        JSON.stringify([
          { identifier: '441881-暴雨-桥头镇', colour: 'orange' },
          { identifier: '441881-暴雨-青塘镇', colour: 'yellow' },
        ]),
      ]),
    );
  });

  it('proposes the end only after the gauges were observed calm for the dwell time', async () => {
    today = await day('2020-06-06');
    const stage = (time: string, metres: number): Promise<void> =>
      today.feed(
        `station,time,quantity,value,unit,window_minutes\nqingyuan,${today.instant(time)},stage,${metres},m,\n`,
      );
    await today.at('08:00');
    await stage('08:00', 12.1); // warning stage 12.00
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    await today.order({ kind: 'confirm', authority: '441800', hazard: 'flood', level: 'IV', counties: [] });
    await today.at('14:00'); // no reading for six hours: the last one goes on holding the level up
    expect(await levels()).toEqual(['ordered IV']);
    await stage('14:00', 11.4);
    await today.at('20:01'); // calm for six hours, but nobody looked at the river lately
    expect(await levels()).toEqual(['ordered IV']);
    await stage('20:01', 11.2);
    await today.at('23:30');
    expect(await levels()).toEqual(['ordered IV', 'proposed none']);
  });

  it('an order for a proposal that is not there yet waits a while, and is then rejected with the reason', async () => {
    today = await day('2020-06-06');
    await today.at('10:00');
    await today.order({ kind: 'confirm', authority: '441800', hazard: 'flood', level: 'IV', counties: [] });
    expect(await today.ports.response.outcomeOf('order/o1')).toMatchObject({ outcome: 'waiting' });
    await today.at('10:05');
    await today.feed(warning('w', today.instant('10:05'), '橙色', [YINGDE]));
    expect(await levels()).toEqual(['ordered IV']);
    await today.order({
      kind: 'progress',
      taskId: 'no-such-task',
      moved: [],
      absent: 0,
      refusing: 0,
      evidence: 'none',
    });
    await today.at('10:30');
    expect(await today.ports.response.outcomeOf('order/o2')).toMatchObject({
      outcome: 'rejected',
      reason: 'there is no task no-such-task',
    });
  });

  it('weighs the case again after an order: what still calls for more is proposed again', async () => {
    today = await day('2020-06-06');
    await today.at('10:00');
    await today.feed(warning('w', today.instant('10:00'), '红色', [YINGDE, '441802000000']));
    expect(await levels()).toEqual(['ordered none', 'proposed III']);
    await today.order({ kind: 'raise', authority: '441800', hazard: 'flood', level: 'IV', counties: [] });
    expect(await levels()).toEqual(['ordered IV', 'proposed III']);
  });

  it('a report of progress that comes before its task counts once the task is there', async () => {
    today = await day('2020-06-06');
    await today.at('10:00');
    await today.order({
      kind: 'progress',
      taskId: '441800-flood-2020-E01/441881-002',
      moved: ['a', 'b'],
      absent: 0,
      refusing: 0,
      evidence: 'photo',
    });
    await today.at('10:05');
    await today.order({ kind: 'raise', authority: '441800', hazard: 'flood', level: 'III', counties: ['441881'] });
    expect((await today.ports.response.tasks()).find(({ id }) => id.endsWith('441881-002'))).toMatchObject({
      moved: 2,
      state: 'moving',
    });
  });
});
