import { afterEach, describe, expect, it } from '@jest/globals';
import { Watch } from '../wildfire-for-tests.js';

let watch: Watch;
afterEach(() => watch.service.end());
/** In Yingde. */
const HERE = { latitude: 24.2943, longitude: 113.687 };
/** A fire of one pixel that was seen at 14:05 and known at 16:30. @returns its number */
const oneFire = async (): Promise<string> => {
  watch = await Watch.on('2020-12-02');
  await watch.at('16:30');
  await watch.see({ ...HERE, time: '14:05' });
  return (await watch.fire()).id;
};
/** @param km to the north */
const north = (km: number) => ({ ...HERE, latitude: HERE.latitude + km / 111.195 });

describe('a fire', () => {
  it('that stays hot through four more passes is one, and asks nobody again', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:30');
    await watch.see({ ...HERE, time: '14:05' });
    const [{ id } = { id: '' }] = await watch.views();
    expect(id).toBe('441881-20201202-01');
    await watch.at('17:00');
    await watch.judge(id, 'forest-fire', { burnedAreaHa: 0.4 });
    for (const [now, seen] of [
      ['+1 04:00', '+1 02:10'],
      ['+1 15:30', '+1 13:50'],
      ['+2 04:00', '+2 01:55'],
      ['+2 15:30', '+2 13:35'],
    ] as const) {
      await watch.at(now);
      await watch.see({ ...HERE, time: seen, frpMw: 80 });
    }
    expect(await watch.fires()).toEqual(['441881 judged 5 forest-fire']);
    expect(await watch.said('fire-raised.v1')).toHaveLength(1);
    expect(await watch.said('fire-judged.v1')).toHaveLength(1);
  });

  it('sleeps when no heat is seen, wakes, is extinguished by an order, and ends', async () => {
    const id = await oneFire();
    await watch.service.order({ kind: 'extinguish', fireId: id });
    expect(await watch.outcome('o1')).toMatchObject({ outcome: 'rejected' });
    await watch.judge(id, 'forest-fire');
    await watch.at('+1 02:06');
    expect(await watch.fire()).toMatchObject({ phase: 'asleep' });
    await watch.at('+1 04:00');
    await watch.see({ ...HERE, time: '+1 03:30' });
    expect(await watch.fire()).toMatchObject({ phase: 'awake', signs: 2 });
    await watch.at('+1 06:00');
    await watch.service.order({ kind: 'extinguish', fireId: id, at: watch.service.instant('+1 05:30') });
    // Embers of the next pass are no news; so are they after half a day.
    await watch.at('+1 15:00');
    await watch.see({ ...HERE, time: '+1 14:05' });
    expect(await watch.fire()).toMatchObject({ state: 'judged', phase: 'extinguished', asked: 1 });
    await watch.at('+2 15:00');
    expect((await watch.said('fire-phase.v1')).map(({ data }) => data.phase)).toEqual([
      'asleep',
      'awake',
      'extinguished',
      'ended',
    ]);
  });

  it('is asked about again when heat is seen long after its open flame was out', async () => {
    const id = await oneFire();
    await watch.judge(id, 'forest-fire');
    await watch.service.order({ kind: 'extinguish', fireId: id });
    await watch.at('+1 15:00');
    await watch.see({ ...HERE, time: '+1 13:50' });
    expect(await watch.fire()).toMatchObject({ state: 'to-verify', asked: 2 });
    expect((await watch.said('fire-raised.v1'))[1]).toMatchObject({
      id: `fire-raised/${id}/2`,
      data: { again: 2, reason: expect.stringContaining('明火扑灭') },
    });
    await watch.judge(id, 'forest-fire');
    expect(await watch.fires()).toEqual(['441881 judged 2 forest-fire']);
  });

  it.each([
    ['as it was, and joined', {}, [], 'judged'],
    ['far stronger', { frpMw: 12.4 }, ['12.4'], 'to-verify'],
    ['wider', north(1.7), ['范围扩大'], 'to-verify'],
  ])('that is the heat of a works is asked about again when it is %s', async (_, differs, words, state) => {
    const id = await oneFire();
    await watch.judge(id, 'industrial-heat');
    await watch.at('+1 04:00');
    await watch.see({ ...HERE, time: '+1 02:05', ...differs });
    expect(await watch.fire()).toMatchObject({ state, signs: 2 });
    const raised = await watch.said('fire-raised.v1');
    expect(raised).toHaveLength(1 + words.length);
    for (const word of words) expect(raised[1]?.data.reason).toContain(word);
  });

  it.each([
    ['industrial-heat', '+9 14:05', {}, 'noted'],
    ['industrial-heat', '+9 14:05', { frpMw: 99 }, 'to-verify'],
    ['industrial-heat', '+9 14:05', north(1.8), 'to-verify'],
    ['false-alarm', '+3 14:05', {}, 'noted'],
    ['false-alarm', '+9 14:05', {}, 'to-verify'],
    ['farm-burn', '+3 14:05', {}, 'to-verify'],
    ['forest-fire', '+3 14:05', {}, 'to-verify'],
  ] as const)('%s, and days later heat there again at %s (%j): %s', async (verdict, time, differs, state) => {
    const id = await oneFire();
    await watch.judge(id, verdict);
    await watch.at(time.replace('14:05', '15:00'));
    await watch.see({ ...HERE, time, ...differs });
    const [, later] = await watch.views();
    expect(later).toMatchObject({ state, signs: 1, mergedInto: state === 'noted' ? id : null });
  });

  it.each([
    ['within hours', '18:00', 0, 'judged', 2],
    ['the next day', '+1 04:00', 0, 'to-verify', 2],
    ['wider, seen before the verdict', '16:05', 1.4, 'to-verify', 2],
  ] as const)('that was a farm burn and is hot %s', async (_, time, km, state, signs) => {
    const id = await oneFire();
    await watch.judge(id, 'farm-burn');
    await watch.at(time === '16:05' ? '18:30' : time);
    await watch.see({ ...north(km), time });
    expect(await watch.fire()).toMatchObject({ state, signs });
  });

  it('keeps the verdict that was given last in the world: one that comes late stands in its history', async () => {
    const id = await oneFire();
    await watch.at('19:00');
    await watch.judge(id, 'farm-burn', {}, '18:00');
    await watch.judge(id, 'forest-fire', {}, '17:00');
    expect(await watch.fire()).toMatchObject({ verdict: 'farm-burn' });
    await watch.judge(id, 'site-clearing', {}, '18:30');
    expect(await watch.fire()).toMatchObject({ verdict: 'site-clearing' });
    expect(await watch.said('fire-judged.v1')).toHaveLength(3);
  });

  it.each([
    ['people who came to harm by nothing', 'false-alarm', { deaths: 1 }, '伤亡'],
    ['forest that a building damages', 'building-fire', { damagedAreaHa: 1, burnedAreaHa: 1 }, '受害'],
    ['more damaged than burned', 'forest-fire', { damagedAreaHa: 2, burnedAreaHa: 1 }, '过火'],
  ] as const)('is not judged with %s', async (_, verdict, fields, word) => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:30');
    await watch.see({ ...HERE, time: '14:05' });
    await watch.judge((await watch.fire()).id, verdict, fields);
    expect(await watch.outcome('v1')).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining(word) });
    expect(await watch.fires()).toEqual(['441881 to-verify 1']);
  });

  it('that is burned by permit is expected, and asked about when it goes on after that; without one it is as any other', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('13:00');
    const permit = {
      kind: 'permit-burn',
      permit: '英林火许〔2020〕12号',
      purpose: 'site-clearing',
      place: '某林场',
      ...HERE,
      radiusKm: 1,
      fromAt: watch.service.instant('13:00'),
      untilAt: watch.service.instant('17:00'),
    };
    await watch.service.order({ ...permit, untilAt: permit.fromAt });
    expect(await watch.outcome('o1')).toMatchObject({ outcome: 'rejected' });
    await watch.service.order(permit);
    await watch.at('16:30');
    await watch.see({ ...HERE, time: '14:05' }, { ...north(3), time: '14:05' });
    expect(await watch.fires()).toEqual(['441881 noted 1', '441881 to-verify 1']);
    const [expected, other] = await watch.views();
    expect(expected?.reason).toContain('英林火许〔2020〕12号');
    await watch.judge(other?.id ?? '', 'site-clearing', { permit: '没有的' });
    expect(await watch.outcome('v1')).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('没有的') });
    await watch.at('18:30');
    await watch.see({ ...HERE, time: '17:40' });
    expect((await watch.views())[0]).toMatchObject({
      state: 'to-verify',
      signs: 2,
      reason: expect.stringContaining('许可'),
    });
    await watch.judge(expected?.id ?? '', 'site-clearing', { permit: '英林火许〔2020〕12号' });
    await watch.at('+1 03:00');
    await watch.see({ ...HERE, time: '+1 02:00' });
    expect((await watch.views())[0]).toMatchObject({
      state: 'to-verify',
      asked: 2,
      reason: expect.stringContaining('许可时间已过'),
    });
  });

  it('that rekindled and was judged again burns again: more heat is no news, and it can be extinguished again', async () => {
    const id = await oneFire();
    await watch.judge(id, 'forest-fire');
    await watch.service.order({ kind: 'extinguish', fireId: id });
    await watch.at('+1 15:00');
    await watch.see({ ...HERE, time: '+1 13:50' });
    await watch.judge(id, 'forest-fire');
    await watch.at('+2 04:00');
    await watch.see({ ...HERE, time: '+2 02:00' });
    expect(await watch.fire()).toMatchObject({ state: 'judged', asked: 2, phase: 'awake' });
    await watch.service.order({ kind: 'extinguish', fireId: id });
    expect(await watch.fire()).toMatchObject({ phase: 'extinguished' });
  });

  it('stays what it was when somebody finds cold ash there later; that it was none is said when nobody asks', async () => {
    const id = await oneFire();
    await watch.judge(id, 'forest-fire');
    await watch.service.order({ kind: 'extinguish', fireId: id });
    await watch.at('+1 06:00');
    await watch.see({ ...HERE, time: '+1 05:00' });
    await watch.at('+1 15:00');
    await watch.judge(id, 'false-alarm');
    expect(await watch.fires()).toEqual(['441881 judged 2 forest-fire']);
    expect((await watch.said('fire-judged.v1'))[1]?.data).toMatchObject({ recheck: true });
    await watch.at('+2 14:00');
    expect(await watch.fire()).toMatchObject({ phase: 'ended' });
    await watch.judge(id, 'false-alarm');
    expect(await watch.fires()).toEqual(['441881 judged 2 false-alarm']);
  });

  it('that was asked about again is not answered by a verdict of before', async () => {
    const id = await oneFire();
    await watch.judge(id, 'false-alarm');
    await watch.at('18:00');
    await watch.see({ ...HERE, time: '17:00', frpMw: 40 });
    await watch.judge(id, 'farm-burn', {}, '16:00');
    await watch.judge(id, 'farm-burn', {}, '17:30');
    expect((await watch.said('fire-judged.v1')).map(({ data }) => data.answers)).toEqual([undefined, false, false]);
    expect(await watch.fire()).toMatchObject({ state: 'to-verify', verdict: 'farm-burn' });
  });

  it.each([
    ['near a works', 'industrial-heat', {}],
    ['where a false alarm was', 'false-alarm', {}],
    ['of the county of a works, without a position', 'industrial-heat', { latitude: null, longitude: null }],
  ] as const)('that a person reports %s is looked at', async (_, verdict, where) => {
    watch = await Watch.on('2020-12-02');
    await watch.at('14:30');
    await watch.see({ ...HERE, time: '14:05' });
    await watch.judge((await watch.fire()).id, verdict);
    await watch.at('15:00');
    await watch.service.give(
      watch.hotspot({ ...HERE, time: '14:40' }),
      watch.report({ county: '441881', ...HERE, ...where }),
    );
    expect((await watch.views()).filter(({ state }) => state === 'to-verify')).toHaveLength(1);
  });

  it('of history sends nobody out, until fresh heat belongs to it', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:30');
    await watch.see({ ...HERE, time: '-300 14:05' }, { ...north(0.2), time: '-1 15:00' });
    expect(await watch.fires()).toEqual(['441881 noted 1', '441881 noted 1']);
    expect(await watch.said('fire-raised.v1')).toEqual([]);
    await watch.at('17:00');
    await watch.see({ ...north(0.3), time: '14:05' });
    expect(await watch.fires()).toEqual(['441881 noted 1', '441881 to-verify 2']);
    await watch.see({ ...north(0.1), time: '-1 15:10' });
    expect(await watch.fires()).toEqual(['441881 noted 1', '441881 to-verify 3']);
    expect(await watch.said('fire-raised.v1')).toHaveLength(1);
  });

  it('raises nothing from the future: what is seen ahead of our clock waits for its time', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('14:00');
    await watch.see({ ...HERE, time: '14:10' });
    expect(await watch.fires()).toEqual([]);
    await watch.at('14:11');
    expect(await watch.fires()).toEqual(['441881 to-verify 1']);
  });

  it('learns from the archive what kind of heat it was, and counts no sign twice', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:30');
    const first = watch.hotspot({ ...HERE });
    await watch.service.give(first);
    const data = { ...first.data, pixelType: 2 };
    await watch.service.give({ ...first, id: `${first.id}~2,6.3`, causes: [first.id as string], data });
    expect(await watch.fires()).toEqual(['441881 to-verify 1']);
    expect(await watch.service.runtime.db.query('select pixel_type from wildfire.sign')).toEqual([{ pixel_type: 2 }]);
  });

  it('that nobody verifies in time is overdue, and again after it was asked again', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('16:30');
    await watch.see({ ...HERE });
    await watch.at('18:29');
    expect(await watch.fires()).toEqual(['441881 to-verify 1']);
    await watch.at('18:31');
    expect(await watch.fires()).toEqual(['441881 overdue 1']);
    await watch.judge((await watch.fire()).id, 'industrial-heat');
    await watch.at('+1 03:00');
    await watch.see({ ...HERE, time: '+1 02:05', frpMw: 50 });
    await watch.at('+1 05:01');
    expect(await watch.fires()).toEqual(['441881 overdue 2 industrial-heat']);
    expect(await watch.said('fire-overdue.v1')).toHaveLength(2);
  });

  it('awaits its verdict: one for a fire that is not there is rejected in the end, with the reason', async () => {
    watch = await Watch.on('2020-12-02');
    await watch.at('15:00');
    await watch.judge('none', 'farm-burn');
    expect(await watch.outcome('v1')).toMatchObject({ outcome: 'waiting' });
    await watch.at('+1 15:00');
    expect(await watch.outcome('v1')).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('none') });
  });
});
