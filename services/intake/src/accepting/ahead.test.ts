import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMinutes, utc, type ObservedEvent } from '@fengsui/contracts';
import { AHEAD, outOfReason } from './ahead.js';

const NOW = utc('2026-11-25T07:40:00Z');
const event = (type: string, occurredAt: string, data: object = {}): ObservedEvent =>
  ({ type, occurredAt, data }) as unknown as ObservedEvent;

describe('an instant', () => {
  it('of what has happened is taken however old it is, and refused beyond what clocks may differ', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('reading.v1', 'incident.v1', 'public-report.v1', 'work-record.v1', 'hotspot.v1'),
        fc.integer({ min: -60_000_000, max: 60_000_000 }),
        (type, minutes) => {
          const most = type === 'hotspot.v1' ? 15 : 10;
          const refused = outOfReason(event(type, addMinutes(NOW, minutes)), NOW, AHEAD) !== null;
          expect(refused).toBe(minutes > most);
        },
      ),
    );
  });

  it.each([
    ['a warning sent in an hour', event('weather-warning.v1', NOW, { sentAt: addMinutes(NOW, 60) }), null],
    ['a warning sent later', event('weather-warning.v1', NOW, { sentAt: addMinutes(NOW, 61) }), 'data/sentAt'],
    ['a forecast of next week', event('flood-forecast.v1', NOW, { validAt: addMinutes(NOW, 10_080) }), null],
    ['a forecast of 2049', event('flood-forecast.v1', NOW, { validAt: '2049-01-01T00:00:00.000Z' }), 'data/validAt'],
    ['a forecast issued tomorrow', event('flood-forecast.v1', addMinutes(NOW, 1_440), { validAt: NOW }), 'occurredAt'],
    ['a storm where it was', event('storm-position.v1', NOW, { kind: 'analysis', issuedAt: null }), null],
    [
      'a storm where it will have been',
      event('storm-position.v1', addMinutes(NOW, 60), { kind: 'analysis', issuedAt: null }),
      'occurredAt',
    ],
    [
      'a storm where it is expected',
      event('storm-position.v1', addMinutes(NOW, 4_320), { kind: 'forecast', issuedAt: NOW }),
      null,
    ],
    [
      'a storm expected by a forecast of tomorrow',
      event('storm-position.v1', addMinutes(NOW, 4_320), { kind: 'forecast', issuedAt: addMinutes(NOW, 1_440) }),
      'data/issuedAt',
    ],
  ])('of %s', (_what, given, place) => {
    expect(outOfReason(given, NOW, AHEAD)?.place ?? null).toBe(place);
  });

  it('may lie as far ahead as the plan says', () => {
    const plan = { ...AHEAD, minutes: { ...AHEAD.minutes, 'reading.v1': 0 } };
    expect(outOfReason(event('reading.v1', addMinutes(NOW, 1)), NOW, plan)).toMatchObject({ place: 'occurredAt' });
  });
});
