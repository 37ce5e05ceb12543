import { describe, expect, it } from '@jest/globals';
import { addMinutes, utc } from '@fengsui/contracts';
import * as fc from 'fast-check';
import type { PolledSource } from '../plan.js';
import { askedSince } from './addresses.js';

const source = (url: PolledSource['url'], more: Partial<PolledSource> = {}): PolledSource => ({
  name: 's',
  kind: 'file',
  url,
  schedule: '*/5 * * * *',
  silentAfterMinutes: 60,
  ...more,
});
const NOW = utc('2026-11-26T00:10:00Z');

describe('what a source is asked for', () => {
  it.each([
    ['nothing about times', 'http://h/all.csv', '2026-11-25T23:00:00Z', ['http://h/all.csv']],
    [
      'the day, and around midnight the one before',
      'http://h/{date}.csv',
      '2026-11-26T00:05:00Z',
      ['http://h/2026-11-25.csv', 'http://h/2026-11-26.csv'],
    ],
    [
      'one day where the overlap lies in it',
      'http://h/{date}.csv',
      '2026-11-26T09:00:00Z',
      ['http://h/2026-11-26.csv'],
    ],
    ['a first day and how many', 'http://h/{days}/{date}', '2026-11-26T00:05:00Z', ['http://h/2/2026-11-25']],
    [
      'several times where one answer does not give so many days',
      'http://h/{days}/{date}',
      '2026-11-20T12:00:00Z',
      ['http://h/5/2026-11-20', 'http://h/2/2026-11-25'],
    ],
    ['no more than the source still has', 'http://h/{days}', '2026-09-01T00:00:00Z', ['http://h/7']],
    ['hours up to now', 'http://h/{hours}h', '2026-11-25T23:40:00Z', ['http://h/7h']],
  ])('%s', (_, url, heardAt, addresses) => {
    const now = heardAt.startsWith('2026-11-26T09') ? utc('2026-11-26T09:05:00Z') : NOW;
    expect(askedSince(source(url), utc(heardAt), now).requests.map(([first]) => first)).toEqual(addresses);
  });

  it('is the same of each host that stands in for the first', () => {
    expect(
      askedSince(
        source(['http://a/{date}', 'http://b/{date}']),
        utc('2026-11-26T09:00:00Z'),
        utc('2026-11-26T09:05:00Z'),
      ),
    ).toEqual({
      from: utc('2026-11-26T03:00:00Z'),
      requests: [['http://a/2026-11-26', 'http://b/2026-11-26']],
    });
  });

  it('covers every minute since it was heard, whatever the hour, as far as the source still has it', () => {
    const minutes = fc.integer({ min: 0, max: 14 * 24 * 60 });
    fc.assert(
      fc.property(minutes, minutes, fc.integer({ min: 1, max: 10 }), (start, ago, mostDaysAtOnce) => {
        const now = addMinutes(NOW, start);
        const heardAt = addMinutes(now, -ago);
        const { from, requests } = askedSince(source('{date} {days}', { mostDaysAtOnce }), heardAt, now);
        const days = requests.flatMap(([request]) => {
          const [date = '', count = ''] = (request as string).split(' ');
          expect(Number(count)).toBeLessThanOrEqual(mostDaysAtOnce);
          return Array.from({ length: Number(count) }, (_, n) => addMinutes(utc(date), n * 24 * 60).slice(0, 10));
        });
        expect(new Set(days).size).toBe(days.length);
        for (let at = from ?? now; at <= now; at = addMinutes(at, 30)) expect(days).toContain(at.slice(0, 10));
        expect(days).toContain(now.slice(0, 10));
      }),
    );
  });
});
