import { describe, expect, it } from '@jest/globals';
import { replayMask, type HeatSeen } from '@fengsui/rules';
import { archive, HAS_ARCHIVE, LEFT_OUT } from '../archive-for-tests.js';
import { WildfirePlan } from '../plan.js';
import { PLAN } from '../wildfire-for-tests.js';

const withArchive = HAS_ARCHIVE ? it : it.skip;
const { mask, fires } = WildfirePlan.read(PLAN);

/** As nobody has judged it. */
const heat = (): HeatSeen[] =>
  archive().map(({ dayNight, type, ...pixel }) => ({
    ...pixel,
    isNight: dayNight === 'N',
    pixelType: type,
    judged: null,
  }));

describe('a replay', () => {
  withArchive(`by recurrence alone takes out works, and one that the archive calls vegetation ${LEFT_OUT}`, () => {
    const { weeks, lost } = replayMask(heat(), fires, mask, (set) => set.some(({ pixelType }) => pixelType === 0));
    const sum = (side: string, what: 'sets' | 'leftOut' | 'fires' | 'signsLeftOut') =>
      weeks.filter((week) => week.side === side).reduce((so, week) => so + week[what], 0);
    const of = (side: string) => [sum(side, 'leftOut'), sum(side, 'fires'), sum(side, 'signsLeftOut')];
    expect({ west: of('west'), east: of('east') }).toEqual({ west: [17, 3, 28], east: [24, 0, 62] });
    // The plant of liquid gas on the Burrup Peninsula.
    for (const { latitude, longitude } of lost)
      expect([latitude.toFixed(1), longitude.toFixed(1)]).toEqual(['-20.6', '116.8']);
  });
});
