import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, readPlans, stageOf, startOneProcess } from './index.js';
import { connect } from '@fengsui/database';
import { begin, demonstration, play } from '@fengsui/demonstration';
import { readSettings } from '@fengsui/settings';
import { testDatabase } from '@fengsui/database/testing';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
/** Up to the middle of June 2019: the first response, its transfers, fires, accidents. */
const UNTIL = '2019-06-13';

/**
 * Plays the beginning of the demonstration on a database of its own, cut off after each of these deliveries. @returns
 * what travelled
 */
async function played(cuts: readonly number[]): Promise<{ events: number; hash: string }> {
  const database = await testDatabase([]);
  const settings = readSettings({ DATABASE_URL: database.url, LOG_LEVEL: 'error' });
  const plans = readPlans(PLAN);
  const script = demonstration({ ...plans.response, roster: plans.duty.roster }).filter(({ at }) => at < UNTIL);
  const store = await openStore(settings);
  const db = await connect(store.url, 'replay test', 1);
  await begin(db, script);
  for (const cut of [...cuts, Infinity]) {
    const { ports, stop } = await startOneProcess(store.url, settings, plans, { services: true, http: false });
    const outcome = play(script, stageOf(ports), (delivered) => {
      if (delivered >= cut) throw new Error('cut off');
    });
    if (cut === Infinity) await outcome;
    else await expect(outcome).rejects.toThrow('cut off');
    await stop();
  }
  // Offsets say who was faster; what was said does not.
  const rows = (await db.query('select topic, key, body from log.record order by topic, key, body')) as object[];
  await db.destroy();
  await database.drop();
  return { events: rows.length, hash: createHash('sha256').update(JSON.stringify(rows)).digest('hex') };
}

it('gives the same events twice, and also when it was cut off and went on', async () => {
  const [whole, cut] = [await played([]), await played([40, 300])];
  expect(whole.events).toBeGreaterThan(10_000);
  expect(cut).toEqual(whole);
}, 1_200_000);
