import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addMinutes } from '@fengsui/contracts';
import { WildfireQuery } from '../index.js';
import { Watch } from '../wildfire-for-tests.js';

const WORKS = { latitude: 24.2943, longitude: 113.687 };
let watch: Watch;
beforeEach(async () => {
  watch = await Watch.on('2020-06-01');
});
afterEach(() => watch.service.end());

const onDay = (day: number) => addMinutes(watch.service.instant('01:30'), day * 1_440);
/** Heat of one place, seen so long after each of these days began, and what nobody has answered. */
async function seenOn(days: readonly number[], fields: object = {}): Promise<void> {
  for (const day of days) {
    await watch.until(addMinutes(onDay(day), 40));
    await watch.see({ ...WORKS, at: onDay(day), dayNight: 'N', frpMw: 8, ...fields });
  }
}
const masks = () => watch.service.get(WildfireQuery).heatMasks();
const learn = async () => {
  expect(await watch.order('learn-heat-mask', {})).toMatch(/^done/);
  await watch.until(addMinutes(await watch.service.runtime.clock.now(), 1));
  return (await masks())[0];
};
const asked = async (): Promise<number> => (await watch.said('fire-raised.v1')).length;
const WEEKS = [0, 3, 6, 9, 12, 15, 18];

describe('heat that recurs alone', () => {
  it('is a place that silences nothing, until a person puts its version in force; and then it is kept, and counted', async () => {
    await seenOn(WEEKS);
    expect(await asked()).toBe(7);
    const mask = await learn();
    expect(mask).toMatchObject({ version: 1, signs: 7, appliedAt: null, lost: [] });
    expect(mask?.places).toEqual([
      expect.objectContaining({ n: 1, because: 'recurrence', pinnedBy: null, days: 7, nightShare: 1, frpMost: 8 }),
    ]);
    await seenOn([21]);
    expect(await asked()).toBe(8);
    expect(await watch.order('apply-heat-mask', { version: 1, accepted: [] })).toMatch(/^done/);
    await seenOn([24]);
    expect(await asked()).toBe(8);
    const noted = (await watch.views()).filter(({ state }) => state === 'noted');
    expect(noted.map(({ signs, reason }) => [signs, reason])).toEqual([
      [1, '与热源底图第1版1号同处（自2020-06-01有7日见热，夜间占100%），无异常，不派人核查'],
    ]);
    // Another pass of that night sees it stronger: somebody looks, and is told what it was held to be.
    await watch.see({ ...WORKS, at: addMinutes(onDay(24), 30), frpMw: 25, dayNight: 'N' });
    expect(await asked()).toBe(9);
    const reasons = (await watch.said('fire-raised.v1')).map(({ data }) => data.reason);
    expect(reasons.filter((reason) => reason.includes('此前：与热源底图第1版1号同处'))).toHaveLength(1);
    expect(await watch.order('apply-heat-mask', { version: 0, accepted: [] })).toMatch(/^done/);
    await seenOn([27]);
    expect(await asked()).toBe(10);
    expect((await masks())[0]).toMatchObject({ appliedAt: expect.any(String), endedAt: expect.any(String) });
  });

  it('with other heat around, beyond its place, or reported by people, is looked at all the same', async () => {
    await seenOn(WEEKS);
    await learn();
    await watch.order('apply-heat-mask', { version: 1, accepted: [] });
    await watch.until(addMinutes(onDay(20), 40));
    await watch.see({ ...WORKS, latitude: 24.325, at: onDay(20), frpMw: 3 }); // 3.4 km off
    await watch.see({ ...WORKS, at: addMinutes(onDay(20), 20), frpMw: 8 });
    expect(await asked()).toBe(9);
    await watch.until(addMinutes(onDay(23), 40));
    await watch.service.give({
      ...watch.report({ county: null, ...WORKS }),
      occurredAt: onDay(23),
    });
    expect(await asked()).toBe(10);
  });
});

describe('a place at which a fire was confirmed after it was learnt', () => {
  it('explains nothing any more, and a version with it is put in force by name only', async () => {
    await seenOn(WEEKS);
    await learn();
    await watch.order('apply-heat-mask', { version: 1, accepted: [] });
    await seenOn([21]);
    expect(await asked()).toBe(7); // it is masked
    const noted = (await watch.views()).find(({ state }) => state === 'noted');
    await watch.judge(noted?.id ?? '', 'forest-fire');
    await seenOn([30]);
    expect(await asked()).toBe(8);
    expect(await watch.order('apply-heat-mask', { version: 1, accepted: [] })).toContain(noted?.id);
    expect(await watch.order('apply-heat-mask', { version: 1, accepted: [noted?.id] })).toMatch(/^done/);
  });
});

describe('a version that would have kept a confirmed fire from people', () => {
  it('is not put in force until each is named', async () => {
    await seenOn(WEEKS);
    await seenOn([30]);
    const last = (await watch.views()).find(({ firstSeenAt }) => firstSeenAt === onDay(30));
    // Judged after the week in which it was seen had begun: what was learnt before it would have hidden it.
    await watch.judge(last?.id ?? '', 'forest-fire');
    const mask = await learn();
    expect(mask?.lost.map(({ fire }) => fire)).toEqual([last?.id]);
    expect(mask?.places).toEqual([]); // and no place is there any more
    expect(await watch.order('apply-heat-mask', { version: 1, accepted: [] })).toContain(`rejected: 有1起`);
    expect(await watch.order('apply-heat-mask', { version: 1, accepted: [last?.id] })).toMatch(/^done/);
  });

  it('that does not exist, or without a reason, is refused', async () => {
    expect(await watch.order('apply-heat-mask', { version: 7, accepted: [] })).toMatch(/^rejected: 没有第7版/);
    expect(await watch.order('apply-heat-mask', { version: 0, accepted: [], reason: '' })).toMatch(/^rejected/);
  });
});
