import { afterEach, describe, expect, it } from '@jest/globals';
import { Watch } from '../wildfire-for-tests.js';

let watch: Watch;
afterEach(() => watch.service.end());
const HERE = { latitude: 24.2943, longitude: 113.687 };
const north = (km: number, time = '14:05') => ({ ...HERE, latitude: HERE.latitude + km / 111.195, time });
/** Two fires three kilometres apart, the second raised an hour later. */
const two = async (): Promise<readonly [string, string]> => {
  watch = await Watch.on('2020-12-02');
  await watch.at('15:00');
  await watch.see(north(0));
  await watch.at('16:00');
  await watch.see(north(3));
  const [first, second] = await watch.views();
  return [first?.id ?? '', second?.id ?? ''];
};
const states = async () => Object.fromEntries((await watch.views()).map(({ id, state }) => [id, state]));

describe('two fires', () => {
  it('that signs join are one: with the earlier deadline, and overdue when one of them is', async () => {
    const [first, second] = await two();
    await watch.at('17:01');
    expect(await states()).toEqual({ [first]: 'overdue', [second]: 'to-verify' });
    await watch.see(north(1.5, '16:30'));
    expect(await states()).toEqual({ [first]: 'overdue', [second]: 'merged' });
    const [fire] = await watch.views();
    expect(fire).toMatchObject({ dueAt: watch.service.instant('17:00'), signs: 3 });
    expect(await watch.said('fire-merged.v1')).toMatchObject([{ data: { fireId: first, mergedFireId: second } }]);
    // The deadline of the other is not rung beside it.
    await watch.at('18:30');
    expect(await watch.said('fire-overdue.v1')).toHaveLength(1);
  });

  it('of which the younger is overdue keep what is worse', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.see(north(3));
    await watch.at('16:30');
    await watch.see(north(0, '14:00')); // seen before it, known later
    await watch.at('17:01');
    await watch.see(north(1.5, '16:30'));
    expect((await watch.views()).filter(({ state }) => state !== 'merged')).toMatchObject([
      { state: 'overdue', dueAt: watch.service.instant('17:00'), signs: 3 },
    ]);
  });

  it('of which one is confirmed and burns are that one: nobody is sent out any more', async () => {
    const [first, second] = await two();
    await watch.judge(second, 'forest-fire');
    await watch.see(north(1.5, '15:30'));
    expect(await states()).toEqual({ [first]: 'merged', [second]: 'judged' });
  });

  it('of which one was judged to be no fire stay open', async () => {
    const [first, second] = await two();
    await watch.judge(first, 'farm-burn');
    await watch.see(north(1.5, '15:30'));
    expect(await states()).toEqual({ [first]: 'merged', [second]: 'to-verify' });
  });

  it('are one when a person says so, with the reason, and two again when that is undone', async () => {
    const [first, second] = await two();
    await watch.service.order({ kind: 'join-fires', fireId: first, joined: second, reason: '' });
    expect(await watch.outcome('o1')).toMatchObject({ outcome: 'rejected' });
    await watch.service.order({ kind: 'join-fires', fireId: first, joined: second, reason: '同一火场' });
    expect(await states()).toEqual({ [first]: 'to-verify', [second]: 'merged' });
    await watch.service.order({ kind: 'part-fire', fireId: first, signs: [], reason: '隔一条江' });
    expect(await states()).toEqual({ [first]: 'to-verify', [second]: 'to-verify' });
    expect(await watch.said('fire-parted.v1')).toMatchObject([
      { data: { fireId: first, partedFireId: second, signs: 1 } },
    ]);
    // No distance joins them any more; heat between them belongs to the nearer.
    await watch.see(north(1.4, '15:30'));
    expect((await watch.views()).map(({ signs }) => signs)).toEqual([2, 1]);
    // All of it is kept.
    const kept = await watch.service.runtime.db.query(
      'select because from wildfire.membership where sign like $1 order by n',
      ['%T06:05%'],
    );
    expect((kept as { because: string }[]).map(({ because }) => because).sort()).toEqual([
      'merged',
      'parted',
      'raised',
      'raised',
    ]);
  });

  it('are made of one by naming the signs of the other', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:00');
    await watch.see(north(0), north(1), north(2));
    const { id, events } = await watch.fire();
    const far = events.find((event) => event.includes(String(north(2).latitude))) ?? '';
    await watch.service.order({ kind: 'part-fire', fireId: id, signs: [far], reason: '另一处火点' });
    expect(await watch.fires()).toEqual(['441881 to-verify 2', '441881 to-verify 1']);
    await watch.see(north(1.9, '15:30'));
    expect(await watch.fires()).toEqual(['441881 to-verify 2', '441881 to-verify 2']);
  });
});

describe('what is parted', () => {
  it('by a sign taken back is looked at, when nobody has: the verdict stays with what was judged', async () => {
    const [first, second] = await two();
    await watch.judge(first, 'forest-fire');
    await watch.at('18:01');
    await watch.see({ ...north(1.5, '16:30'), event: 'hotspot/between' });
    expect(await states()).toEqual({ [first]: 'judged', [second]: 'merged' });
    await watch.service.order({ kind: 'correct', eventId: 'hotspot/between', reason: '误标' });
    expect((await watch.fires()).sort()).toEqual([
      '441881 judged 1 forest-fire',
      '441881 merged 0',
      '441881 to-verify 1',
    ]);
  });

  it('goes on as it was: one that was asked about again is asked about still', async () => {
    const [first, second] = await two();
    await watch.judge(second, 'false-alarm');
    await watch.at('16:50');
    await watch.see({ ...north(3, '16:40'), frpMw: 50 });
    expect(await states()).toEqual({ [first]: 'to-verify', [second]: 'to-verify' });
    await watch.service.order({ kind: 'join-fires', fireId: first, joined: second, reason: '同一火场' });
    await watch.service.order({ kind: 'part-fire', fireId: first, signs: [], reason: '两处' });
    expect(await states()).toEqual({ [first]: 'to-verify', [second]: 'to-verify' });
  });

  it('an open fire joined to one that was judged to be none is open still', async () => {
    const [first, second] = await two();
    await watch.judge(first, 'false-alarm');
    await watch.service.order({ kind: 'join-fires', fireId: first, joined: second, reason: '同一火场' });
    expect((await watch.views()).filter(({ state }) => state === 'to-verify')).toHaveLength(1);
  });
});

describe('a report that is said again with another place', () => {
  const other = { type: 'public-report.v1' as const, key: 'r1', id: 'public-report/r1~2' };
  const again = (fields: object) => ({ ...watch.report({ county: null, ...HERE, ...fields }), ...other });
  const begin = async (): Promise<void> => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.service.give(watch.report({ county: '441881', ...HERE }));
  };

  it('moves its fire, which keeps its number and deadline, and whoever was sent is told', async () => {
    await begin();
    await watch.service.give(again({ latitude: 24.47, longitude: 112.64 }));
    expect(await watch.fires()).toEqual(['441823 to-verify 1']);
    expect(await watch.fire()).toMatchObject({
      id: '441881-20201202-01',
      dueAt: watch.service.instant('17:00'),
      asked: 2,
      reason: '报警位置更正为北纬24.4700 东经112.6400',
    });
    expect((await watch.said('fire-raised.v1'))[1]?.data).toMatchObject({ county: '441823', again: 2 });
  });

  it('says nothing new when only its words are other', async () => {
    await begin();
    await watch.service.give(again({ county: '441881', text: '冒浓烟' }));
    expect(await watch.fire()).toMatchObject({ signs: 1, asked: 1 });
  });

  it('leaves no fire here when it is outside; of a fire with other signs it is one no more', async () => {
    await begin();
    await watch.see(north(0.5));
    await watch.service.give(again({ latitude: 23.44173, longitude: 112.9269 }));
    expect(await watch.fires()).toEqual(['441881 to-verify 1']);
    await watch.service.end();
    await begin();
    await watch.service.give(again({ latitude: 23.44173, longitude: 112.9269 }));
    expect(await watch.fires()).toEqual(['441881 withdrawn 0']);
  });
});

describe('a sign that is taken back', () => {
  it('leaves no fire, when it was the only one: its call has nothing to be about', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.service.give(watch.report({ county: '441881', ...HERE }));
    await watch.service.order({ kind: 'correct', eventId: 'public-report/r1', reason: '误报' });
    expect(await watch.fires()).toEqual(['441881 withdrawn 0']);
    expect(await watch.said('fire-phase.v1')).toMatchObject([{ data: { phase: 'withdrawn', reason: '误报' } }]);
    await watch.at('+1 15:00');
    expect(await watch.said('fire-overdue.v1')).toEqual([]);
  });

  it('may be known only later', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.service.order({ kind: 'correct', eventId: 'public-report/r1', reason: '误报' });
    await watch.service.give(watch.report({ county: '441881', ...HERE }));
    expect(await watch.fires()).toEqual([]);
  });

  it('parts what it held together', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.see(north(0), { ...north(1.5), event: 'hotspot/between' }, north(3));
    expect(await watch.fires()).toEqual(['441881 to-verify 3']);
    await watch.service.order({ kind: 'correct', eventId: 'hotspot/between', reason: '误标' });
    expect((await watch.fires()).sort()).toEqual(['441881 to-verify 1', '441881 to-verify 1']);
  });

  it('leaves what somebody saw on the ground', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.see({ ...north(0), event: 'hotspot/one' });
    await watch.judge((await watch.fire()).id, 'forest-fire');
    await watch.service.order({ kind: 'correct', eventId: 'hotspot/one', reason: '误标' });
    expect(await watch.fires()).toEqual(['441881 judged 0 forest-fire']);
  });
});

describe('a fire that is asked about again for a report', () => {
  const again = async (...reports: readonly string[]): Promise<string> => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.see(north(0));
    const { id } = await watch.fire();
    await watch.judge(id, 'industrial-heat');
    await watch.at('15:10');
    const said = (reportId: string) => watch.report({ county: null, ...HERE, reportId }, '14:50');
    await watch.service.give(...reports.map((name) => ({ ...said(name), key: name, id: `public-report/${name}` })));
    expect(await states()).toEqual({ [id]: 'to-verify' });
    await watch.service.order({ kind: 'correct', eventId: 'public-report/r1', reason: '误报' });
    return id;
  };

  it('that is taken back is asked about no more: what was judged stands', async () => {
    const id = await again('r1');
    expect(await states()).toEqual({ [id]: 'judged' });
    const phases = (await watch.said('fire-phase.v1')).map(({ data }) => `${data.phase} ${data.reason}`);
    expect(phases).toEqual(['unasked 误报']);
    await watch.at('20:00');
    expect(await watch.said('fire-overdue.v1')).toEqual([]);
  });

  it('is asked about while another report asks for it', async () => {
    const id = await again('r1', 'r2');
    expect(await states()).toEqual({ [id]: 'to-verify' });
  });
});
