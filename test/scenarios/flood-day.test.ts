import { afterEach, describe, expect, it } from '@jest/globals';
import { day, warning, type Day } from './day.js';

let today: Day;
afterEach(() => today.end());

const levels = async (): Promise<string[]> =>
  (await today.ports.response.levels()).flatMap(({ authority, level, state }) =>
    authority === '441800' ? [`${state} ${level}`] : [],
  );
const calls = async (): Promise<string[]> =>
  (await today.ports.duty.calls())
    .filter(({ id }) => !id.includes('441881')) // the city's; its county is called by itself
    .map(
      ({ cause, state, steps, answeredBy }) =>
        `${cause} ${state} ${steps}${answeredBy === null ? '' : ` ${answeredBy}`}`,
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

    // People of the other tasks are not accounted for: one person alone does not end it.
    await today.order({ kind: 'end', authority: '441800', hazard: 'flood' });
    expect(await levels()).toEqual(['ordered IV']);
    const countersign = { kind: 'countersign', authority: '441800', hazard: 'flood', countersigns: 'o4' };
    await today.order(countersign);
    expect(await levels()).toEqual(['ordered IV']); // the same person again is nobody else
    await today.order({ ...countersign, actor: 'zheng' });
    expect(await levels()).toEqual(['ordered none']);
    // Nobody has accounted for anybody: the people are still looked for.
    expect((await today.ports.response.tasks(true)).every(({ state }) => state === 'unverified')).toBe(true);
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
          door: 'file',
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
});
