import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlans, startOneProcess, VirtualTime } from '@fengsui/cli';
import { connect, type Tx } from '@fengsui/database';
import { PositionRows, type Position } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import type { DataSource } from 'typeorm';
import { crashInput } from './input.js';

/** What is done between two settlements of everything. */
const FILES_A_ROUND = 12;

/**
 * The mistake that the crash test must find: the position is moved on a connection of its own, outside the transaction of the work it
 * stands for. Killed between the two, the work is lost and the position says it was done.
 */
class PositionOutsideTransaction extends PositionRows {
  constructor(private readonly own: DataSource) {
    super();
  }

  override async lock(_: Tx, at: Position): Promise<number> {
    return super.lock(this.own.manager, at);
  }

  override async move(_: Tx, at: Position, next: number): Promise<void> {
    await super.move(this.own.manager, at, next);
  }
}

/** Feeds what is left of the input and works it through. May be killed at any moment, and started again. */
const [url = '', events = '', seed = '', broken = ''] = process.argv.slice(2);
const plan = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const settings = { ...readSettings({ DATABASE_URL: url, LOG_LEVEL: 'error' }), FENGSUI_PLAN: plan };
const positions = broken === 'position' ? new PositionOutsideTransaction(await connect(url, 'crash test double', 16)) : new PositionRows();
const { ports, stop } = await startOneProcess(url, settings, readPlans(plan), { services: true, http: false }, positions);
const time = new VirtualTime(ports.db, ports.log);
const { files } = crashInput(Number(events), Number(seed));
process.stdout.write('working\n');
for (;;) {
  const [row] = (await ports.db.query('select coalesce(max(file), -1)::int as file from public.crash_progress')) as { file: number }[];
  const next = (row?.file ?? -1) + 1;
  const text = files[next];
  if (text === undefined) break;
  await ports.receiving.receiveBytes(Buffer.from(text), { door: 'crash', name: `${next}`, actor: 'crash' });
  if (next % FILES_A_ROUND === FILES_A_ROUND - 1) await time.settle();
  await ports.db.query('insert into public.crash_progress values ($1) on conflict do nothing', [next]);
}
await time.settle();
await stop();
process.exit(0);
