import { describe, expect, it } from '@jest/globals';
import {
  checkEvent,
  EVENT_TYPES,
  parseLevel,
  shanghaiDate,
  TOPICS,
  utc,
  LEVEL_IN_CHINESE,
  LEVELS,
  type Level,
} from './index.js';

const reading = (data: object): object => ({
  id: 'x',
  type: 'reading.v1',
  key: 'k',
  occurredAt: '2020-06-07T00:00:00.000Z',
  recordedAt: '2020-06-07T00:00:00.000Z',
  correlationId: 'x',
  causes: [],
  data,
});

describe('a contract', () => {
  it('accepts what it describes', () => {
    expect(checkEvent('reading.v1', reading({ station: 'a', quantity: 'stage', stageM: -0.4 })).ok).toBe(true);
  });

  it.each([
    [{ station: 'a', quantity: 'rain', rainMm: -1, windowMinutes: 5 }, 'data/rainMm', />= 0/],
    [{ station: 'a', quantity: 'rain', rainMm: 1 }, 'data', /windowMinutes/],
    [{ station: 'a', quantity: 'snow' }, 'data/quantity', /snow/],
    [{ station: 'a', quantity: 'stage', stageM: 1, colour: 'red' }, 'data', /colour/],
    [{ station: ' a', quantity: 'stage', stageM: 1 }, 'data/station', /pattern/],
    [{ station: 'a\u0000b', quantity: 'stage', stageM: 1 }, 'data/station', /pattern/],
  ])('refuses %o and names the place', (data, place, reason) => {
    const checked = checkEvent('reading.v1', reading(data));
    expect(checked.ok ? [] : checked.refusals.map((refusal) => refusal.place)).toContain(place);
    expect(checked.ok ? '' : checked.refusals.map((refusal) => `${refusal.reason} ${refusal.expected}`).join()).toMatch(
      reason,
    );
  });

  it('refuses an instant that is not UTC with milliseconds', () => {
    expect(
      checkEvent('reading.v1', {
        ...reading({ station: 'a', quantity: 'stage', stageM: 1 }),
        occurredAt: '2020-06-07T08:00:00+08:00',
      }).ok,
    ).toBe(false);
  });
});

describe('topics', () => {
  it('have one writing service each', () => {
    const writers = new Map<string, Set<string>>();
    for (const type of EVENT_TYPES)
      writers.set(TOPICS[type].topic, (writers.get(TOPICS[type].topic) ?? new Set()).add(TOPICS[type].writer));
    expect([...writers].filter(([, services]) => services.size > 1)).toEqual([]);
  });

  it('have the same partitions and retention in every row', () => {
    const rows = new Map(EVENT_TYPES.map((type) => [TOPICS[type].topic, TOPICS[type]]));
    for (const type of EVENT_TYPES)
      expect(TOPICS[type]).toMatchObject({
        partitions: rows.get(TOPICS[type].topic)?.partitions,
        retentionDays: rows.get(TOPICS[type].topic)?.retentionDays,
      });
  });
});

describe('levels', () => {
  it.each([
    ['Ⅳ', 'IV'],
    ['Ⅳ级', 'IV'],
    ['四级', 'IV'],
    ['4', 'IV'],
    ['Ⅰ级', 'I'],
    ['II', 'II'],
    ['无', 'none'],
  ])('reads %s as %s', (written, level) => expect(parseLevel(written)).toBe(level));
  it.each(['红色', 'V', '', 'iv'])('does not read %s as a level', (written) => expect(parseLevel(written)).toBeNull());
  it('prints every level as notices do and reads it again', () => {
    for (const level of LEVELS.filter((one): one is Exclude<Level, 'none'> => one !== 'none'))
      expect(parseLevel(LEVEL_IN_CHINESE[level])).toBe(level);
  });
});

it('counts an event for the day of Asia/Shanghai', () => {
  expect(shanghaiDate(utc('2019-12-31T16:00:00Z'))).toBe('2020-01-01');
  expect(shanghaiDate(utc('2020-12-31T15:59:59Z'))).toBe('2020-12-31');
});
