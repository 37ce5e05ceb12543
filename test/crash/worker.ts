import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlans, startOneProcess } from '@fengsui/cli';
import { connect, VirtualTime } from '@fengsui/database';
import { PositionRows } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import { filesOf, oracleInput } from '../oracle/input.js';
import { PositionOutsideTransaction } from '../oracle/position-outside-transaction.js';

const EVENTS_A_FILE = 500;
/** What is done between two settlements of everything. */
const FILES_A_ROUND = 12;

/** Feeds what is left of the input and works it through. May be killed at any moment, and started again. */
const [url = '', events = '', seed = '', broken = ''] = process.argv.slice(2);
const plan = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const settings = { ...readSettings({ DATABASE_URL: url, LOG_LEVEL: 'error' }), FENGSUI_PLAN: plan };
const positions =
  broken === 'position'
    ? new PositionOutsideTransaction(await connect(url, 'crash test double', 16))
    : new PositionRows();
const { ports, stop } = await startOneProcess(
  url,
  settings,
  readPlans(plan),
  { services: true, http: false },
  positions,
);
const time = new VirtualTime(ports.db, ports.log);
const files = filesOf(oracleInput(Number(events), Number(seed)).events, EVENTS_A_FILE);
process.stdout.write('working\n');
for (;;) {
  const [row] = (await ports.db.query('select coalesce(max(file), -1)::int as file from public.crash_progress')) as {
    file: number;
  }[];
  const next = (row?.file ?? -1) + 1;
  const text = files[next];
  if (text === undefined) break;
  await ports.receiving.receiveBytes(Buffer.from(text), { door: 'cli', name: `${next}`, actor: 'crash' });
  if (next % FILES_A_ROUND === FILES_A_ROUND - 1) await time.comeToRest();
  await ports.db.query('insert into public.crash_progress values ($1) on conflict do nothing', [next]);
}
await time.comeToRest();
await stop();
process.exit(0);
