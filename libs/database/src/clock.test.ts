import { afterEach, expect, it, jest } from '@jest/globals';
import { Clock, wallSkewMs } from './clock.js';
import type { DataSource } from 'typeorm';

/** A database on wall time. */
const db = { createQueryRunner: () => runner } as unknown as DataSource;
const runner = {
  query: () => Promise.resolve({ records: [{ virtualNow: null, jobsUpTo: 0 }], affected: 1 }),
  release: () => Promise.resolve(),
};

afterEach(() => void jest.restoreAllMocks());

it.each([-3_600_000, 3_600_000])(
  'goes on as it began when the machine’s clock is set by %d ms, and says so',
  async (by) => {
    const clock = new Clock(db);
    const before = Date.parse(await clock.now());
    const real = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => real + by);
    const after = Date.parse(await clock.now());
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after - before).toBeLessThan(60_000);
    expect(Math.abs(wallSkewMs() - by)).toBeLessThan(60_000);
  },
);
