import { afterEach, describe, expect, it } from '@jest/globals';
import { VERDICTS, type Verdict } from '@fengsui/contracts';
import { signSets } from '@fengsui/rules';
import { archive, HAS_ARCHIVE, LEFT_OUT, type ArchivePixel } from '../archive-for-tests.js';
import { WildfirePlan } from '../plan.js';
import { PLAN, Watch } from '../wildfire-for-tests.js';

const withArchive = HAS_ARCHIVE ? it : it.skip;
const plan = WildfirePlan.read(PLAN);

/** Real heat of two months in Australia, moved so that a corner of it lies at a corner of the city. */
const window = (from: Readonly<{ latitude: number; longitude: number }>): ArchivePixel[] =>
  archive().flatMap((pixel) => {
    const latitude = Number((pixel.latitude + 23.44 - from.latitude).toFixed(5));
    const longitude = Number((pixel.longitude + 111.9 - from.longitude).toFixed(5));
    return plan.counties.at(latitude, longitude) === null ? [] : [{ ...pixel, latitude, longitude }];
  });

let watch: Watch | null = null;
afterEach(() => watch?.service.end());

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

/** What is the same whoever feeds it: the signs of each fire, where it is, and since when. Its number is not. */
async function fed(
  pixels: readonly ArchivePixel[],
  { order, cut, judging }: Readonly<{ order: number; cut: number; judging: boolean }>,
) {
  watch = await Watch.on('2019-10-02');
  await watch.at('12:00');
  const random = numbers(order * 1_000 + cut);
  const shuffled =
    order === 0
      ? [...pixels]
      : pixels
          .map((pixel) => ({ pixel, by: random() }))
          .sort((a, b) => a.by - b.by)
          .map(({ pixel }) => pixel);
  let left = shuffled;
  while (left.length > 0) {
    const most = cut === 0 ? left.length : 1 + Math.floor(random() * 400);
    await watch.see(...left.slice(0, most));
    left = left.slice(most);
    if (!judging) continue;
    // Some of what is there is judged before the rest comes in.
    for (const { id, events, state } of await watch.views()) {
      if (state === 'merged' || random() > 0.15) continue;
      await watch.judge(id, VERDICTS[(events[0] ?? '').length % VERDICTS.length] as Verdict);
    }
  }
  const views = (await watch.views()).filter(({ signs }) => signs > 0);
  const found = views.map(({ county, firstSeenAt, latitude, longitude, events }) => ({
    signs: events.filter((event) => event.startsWith('hotspot/')).sort(),
    where: [county, latitude, longitude, firstSeenAt],
  }));
  await watch.service.end();
  watch = null;
  return found.sort((a, b) => ((a.signs[0] ?? '') < (b.signs[0] ?? '') ? -1 : 1));
}

/** All ten with the whole archive: `FENGSUI_WHOLE_ARCHIVE=1 npm test -- same-fires`. */
const ORDERS = process.env['FENGSUI_WHOLE_ARCHIVE'] === '1' ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1];

describe('the same data are the same fires', () => {
  withArchive(`as single linkage makes of a real window ${LEFT_OUT}`, async () => {
    const pixels = window({ latitude: -15.7, longitude: 129.7 });
    const found = await fed(pixels, { order: 0, cut: 0, judging: false });
    const sets = signSets(
      pixels.map((pixel) => ({ ...pixel, county: '', by: 'satellite' })),
      plan.fires,
    );
    expect(sets).toHaveLength(208);
    expect(found.map(({ signs }) => signs)).toEqual(
      sets.map((set) => set.map(({ event }) => event).sort()).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
  });

  withArchive(`whatever their order and however they are cut, with verdicts in between ${LEFT_OUT}`, async () => {
    const pixels = window({ latitude: -15.7, longitude: 129.7 });
    const first = await fed(pixels, { order: 0, cut: 0, judging: false });
    for (const order of ORDERS) expect(await fed(pixels, { order, cut: order, judging: true })).toEqual(first);
  });
});
