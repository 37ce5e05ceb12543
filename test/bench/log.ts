import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { utc, type DomainEvent } from '@fengsui/contracts';
import { Clock, connect, migrate, Notifications, SCHEDULE_SCHEMA, startEmbedded } from '@fengsui/database';
import { LOG_SCHEMA, PostgresLog } from '@fengsui/log';

const EVENTS = 200_000;
const ROUNDS = 3;
const APPENDERS = 2;

/**
 * Append and consume together, in one process with its database on the same machine: events a second, for several
 * batch sizes.
 */
export async function benchLog(): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  const rows: string[] = [];
  try {
    await migrate(server.url, [SCHEDULE_SCHEMA, LOG_SCHEMA]);
    const db = await connect(server.url, 'bench', 16);
    const notifications = new Notifications(server.url);
    await notifications.open();
    for (const batch of [1_000, 500, 100]) {
      const rates: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await db.query('truncate log.record, log.position, log.subscription; update log.partition set next_offset = 0');
        await db.query('vacuum analyze log.partition');
        rates.push(
          await rateOf(
            new PostgresLog(db, new Clock(db), notifications, {
              batchSize: batch,
              onTrouble: (error) => {
                throw error;
              },
            }),
            db,
            batch,
          ),
        );
      }
      rates.sort((a, b) => a - b);
      rows.push(
        `log, ${batch} a batch: ${rates.map((rate) => Math.round(rate).toLocaleString('en')).join(' / ')} events/s appended and consumed (least / median / most of ${ROUNDS} rounds of ${EVENTS.toLocaleString('en')})`,
      );
    }
    await notifications.close();
    await db.destroy();
  } finally {
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function rateOf(log: PostgresLog, db: Awaited<ReturnType<typeof connect>>, batch: number): Promise<number> {
  const at = utc('2020-06-07T00:00:00Z');
  let consumed = 0;
  const consumption = await log.consume(
    'response',
    new Map([['reading.v1', async (events) => void (consumed += events.length)]]),
  );
  const begun = process.hrtime.bigint();
  let next = 0;
  const appender = async (): Promise<void> => {
    for (let from = next; from < EVENTS; from = next) {
      next += batch;
      const events = Array.from({ length: Math.min(batch, EVENTS - from) }, (_, index): DomainEvent => {
        const station = `s${(from + index) % 64}`;
        return {
          id: `reading/${station}/${from + index}`,
          type: 'reading.v1',
          key: station,
          occurredAt: at,
          recordedAt: at,
          correlationId: station,
          causes: [],
          data: { station, quantity: 'stage', stageM: 1.25 },
        };
      });
      await db.transaction((tx) => log.append(tx, events));
    }
  };
  await Promise.all(Array.from({ length: APPENDERS }, appender));
  while (consumed < EVENTS) await sleep(1);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  await consumption.stop();
  return EVENTS / seconds;
}
