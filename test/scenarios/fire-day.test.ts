import { afterEach, describe, expect, it } from '@jest/globals';
import { day, type Day } from './day.js';

let today: Day;
afterEach(() => today.end());

const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';
const pixel = (latitude: number, longitude: number, hhmm = '605'): string =>
  `${latitude},${longitude},330,0.4,0.4,2020-12-02,${hhmm},N,VIIRS,n,2.0NRT,290,4.1,D`;
const csv = (...rows: string[]): string => [HEADER, ...rows].join('\n');
const fires = async (): Promise<string[]> =>
  (await today.ports.wildfire.wildfires()).map(
    ({ county, state, signs, verdict }) => `${county} ${state} ${signs}${verdict === null ? '' : ` ${verdict}`}`,
  );

describe('a day of fire', () => {
  it('hotspots become one fire to verify, someone is called, judges it, and it is counted once', async () => {
    today = await day('2020-12-02');
    await today.at('16:30');
    // Two pixels in Yingde; one in the box of the city but outside it; one in another country.
    await today.feed(
      csv(pixel(24.2943, 113.687), pixel(24.2973, 113.689), pixel(23.44173, 112.9269), pixel(-33.1, 150.2)),
    );
    expect(await fires()).toEqual(['441881 to-verify 2']);
    await today.at('16:31');
    const [call] = await today.ports.duty.calls();
    expect(call).toMatchObject({ cause: 'fire', state: 'ringing', subject: expect.stringContaining('英德市') });

    await today.at('17:00');
    const [fire] = await today.ports.wildfire.wildfires();
    await today.order({ kind: 'verdict', fireId: fire?.id, verdict: 'forest-fire', deaths: 0, burnedAreaHa: 0.4 });
    expect(await fires()).toEqual(['441881 judged 2 forest-fire']);
    expect((await today.ports.duty.calls())[0]).toMatchObject({ state: 'answered', answeredBy: 'liang' });
    const figure = (await today.ports.reporting.figures({ period: '2020' })).figures.find(
      ({ id }) => id === 'forestFires.count',
    );
    expect(figure?.value).toBe(1);

    // A pixel seen before the verdict comes late: part of the same fire. One seen later is a new one: embers rekindle.
    await today.at('18:00');
    await today.feed(csv(pixel(24.2953, 113.688, '0801')));
    expect(await fires()).toEqual(['441881 judged 3 forest-fire']);
    await today.feed(csv(pixel(24.2953, 113.688, '0930')));
    // Later heat of a fire that is confirmed and burns is more of it, and no other fire.
    expect(await fires()).toEqual(['441881 judged 4 forest-fire']);
  });
});
