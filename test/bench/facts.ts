import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, migrate, SCHEDULE_SCHEMA, startEmbedded } from '@fengsui/database';
import { FactBook, partsOf, REPORTING_SCHEMA, ReportingPlan } from '@fengsui/reporting';
import { incident } from './events.js';

const PLAN = fileURLToPath(new URL('../../../plans/qingyuan', import.meta.url));
const ROUNDS = 5;
const EVENTS = 25_000;
const BATCH = 500;

/** Booking alone: reports of incidents become facts and counters, in batches, without a log and its positions. */
export async function benchFacts(): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  await migrate(server.url, [SCHEDULE_SCHEMA, REPORTING_SCHEMA]);
  const db = await connect(server.url, 'bench', 4, [REPORTING_SCHEMA]);
  const book = new FactBook(ReportingPlan.read(PLAN));
  const [rates, costs]: [number[], number[]] = [[], []];
  try {
    for (let n = 0, round = 0; round < ROUNDS; round += 1) {
      const [begun, processor] = [performance.now(), process.cpuUsage()];
      for (const last = n + EVENTS; n < last; n += BATCH) {
        const events = Array.from({ length: BATCH }, (_, index) => incident(n + index));
        await db.transaction((tx) =>
          book.book(
            tx,
            events.map((event) => ({ event, parts: partsOf(event) })),
          ),
        );
      }
      const { user, system } = process.cpuUsage(processor);
      rates.push((EVENTS / (performance.now() - begun)) * 1_000);
      costs.push((user + system) / EVENTS);
    }
  } finally {
    await db.destroy();
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
  const shown = (values: number[]): string =>
    values
      .sort((a, b) => a - b)
      .filter((_, index) => [0, ROUNDS >> 1, ROUNDS - 1].includes(index))
      .map((value) => Math.round(value).toLocaleString('en'))
      .join(' / ');
  return [
    `facts booked: ${shown(rates)} events/s (least / median / most of ${ROUNDS} rounds of ${EVENTS.toLocaleString('en')}), ${shown(costs)} µs of the client's processor an event`,
  ];
}
