import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLOURS } from './levels.js';
import { upcast } from './upcast.js';
import { utc } from './units.js';
import { signalsOf } from './warning-signals.js';
import type { WeatherWarningV1 } from './weather-warning.js';

type Data = WeatherWarningV1['data'];
type Info = Data['infos'][number];
type Means = Readonly<{
  code: string | null;
  colour: string | null;
  counties: readonly string[];
  hours: number | null;
}>;

const info = ({ code, colour, counties, hours }: Means, more: Partial<Info> = {}): Info =>
  ({
    event: 'e',
    headline: null,
    language: 'zh-CN',
    urgency: 'Expected',
    responseTypes: [],
    eventCodes: code === null ? [] : [{ valueName: 'any', value: code }],
    parameters: colour === null ? [] : [{ valueName: 'signalColour', value: colour }],
    areas: [
      { areaDesc: 'a', polygons: [], circles: [], geocodes: counties.map((value) => ({ valueName: 'any', value })) },
    ],
    onsetAt: null,
    expiresAt: hours === null ? null : utc(hours * 3_600_000),
    ...more,
  }) as unknown as Info;
const weighed = (infos: readonly Info[]): string[] =>
  signalsOf({ infos: [...infos] })
    .map(({ eventCode, colour, divisions, expiresAt }) => JSON.stringify([eventCode, colour, divisions, expiresAt]))
    .sort();

const means = fc.record<Means>({
  code: fc.constantFrom('11B03', '11B06', '11B20'),
  colour: fc.constantFrom(...COLOURS),
  counties: fc.uniqueArray(fc.constantFrom('441802', '441821', '441881', '441882'), { minLength: 1 }),
  hours: fc.option(fc.integer({ min: 0, max: 9 })),
});

describe('signals of a warning', () => {
  it('are those of each info by itself, however many there are and in whatever order', () => {
    fc.assert(
      fc.property(fc.array(means, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (all, order) => {
        const expected = [
          ...new Set(
            all.map(({ code, colour, counties, hours }) =>
              JSON.stringify([code, colour, [...counties].sort(), hours === null ? null : utc(hours * 3_600_000)]),
            ),
          ),
        ].sort();
        const shuffled = all
          .map((one) => ({ one, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => info(one));
        expect(weighed(all.map((one) => info(one)))).toEqual(expected);
        expect(weighed(shuffled)).toEqual(expected);
      }),
    );
  });

  it('are one where a second language leaves the colour to the first', () => {
    const red: Means = { code: '11B03', colour: 'red', counties: ['441881'], hours: 1 };
    const english = info({ ...red, colour: null }, { language: 'en-US', event: 'Rainstorm' });
    expect(signalsOf({ infos: [info(red), english] })).toMatchObject([{ colour: 'red', infos: [0, 1] }]);
    // Another place in the same language is another signal, of a colour that nobody said.
    const elsewhere = info({ ...red, colour: null, counties: ['441882'] });
    expect(weighed([info(red), elsewhere])).toHaveLength(2);
  });

  it('leave out what is over', () => {
    const red: Means = { code: '11B03', colour: 'red', counties: ['441881'], hours: 1 };
    expect(signalsOf({ infos: [info(red, { responseTypes: ['AllClear'] }), info(red, { urgency: 'Past' })] })).toEqual(
      [],
    );
  });

  it('say what places them', () => {
    const nowhere: Means = { code: '11B03', colour: 'red', counties: [], hours: 1 };
    const [drawn] = info(nowhere).areas;
    const circles = [{ latitude: 24, longitude: 113, radiusKm: 1 }];
    expect(signalsOf({ infos: [info(nowhere)] })).toMatchObject([{ placedBy: 'nowhere', divisions: [] }]);
    expect(
      signalsOf({ infos: [info(nowhere, { areas: [{ ...(drawn as Info['areas'][number]), circles }] })] }),
    ).toMatchObject([{ placedBy: 'outline', divisions: [] }]);
  });

  it('are read out of what was stored before messages had them', () => {
    const infos = [info({ code: null, colour: null, counties: ['441881'], hours: 2 })];
    const stored = { type: 'weather-warning.v1', id: 'w', data: { eventCode: '11B03', colour: 'orange', infos } };
    expect(upcast(stored)).toMatchObject({
      data: { signals: [{ eventCode: '11B03', colour: 'orange', divisions: ['441881'], expiresAt: utc(7_200_000) }] },
    });
  });
});
