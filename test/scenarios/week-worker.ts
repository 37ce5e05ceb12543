import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlans, startOneProcess } from '@fengsui/cli';
import { VirtualTime } from '@fengsui/database';
import { dragonBoatWeek } from '@fengsui/demonstration';
import { readSettings } from '@fengsui/settings';

/**
 * Plays the 龙舟水 week of June 2020 on a database, with all services. Says each delivery before it gives it; may be
 * killed at any moment, and goes on where it was when it is started again.
 */
const [url = ''] = process.argv.slice(2);
const plan = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const settings = { ...readSettings({ DATABASE_URL: url, LOG_LEVEL: 'error' }), FENGSUI_PLAN: plan };
const plans = readPlans(plan);
const { flood, riskPoints, obligations } = plans.response;
const week = dragonBoatWeek({ flood, riskPoints, roster: plans.duty.roster, obligations });
const { ports, stop } = await startOneProcess(url, settings, plans, { services: true, http: false });
const time = new VirtualTime(ports.db, ports.log);
const [{ done }] = (await ports.db.query('select count(*)::int as done from public.week_progress')) as [
  { done: number },
];
for (const { at, name, text } of week.slice(done)) {
  await time.advance(at);
  process.stdout.write(`${name}\n`);
  const receipt = await ports.receiving.receiveBytes(Buffer.from(text), { door: 'demonstration', name, actor: 'week' });
  if ('skipped' in receipt || receipt.refused > 0) throw new Error(`${name}: ${JSON.stringify(receipt)}`);
  await time.comeToRest();
  await ports.db.query('insert into public.week_progress values ($1)', [name]);
}
await time.advance(new Date(Date.parse(week.at(-1)?.at ?? '') + 12 * 3_600_000).toISOString() as never);
await time.comeToRest();
await stop();
process.exit(0);
