import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  ACCESS_SCHEMA,
  appendAudit,
  lastRecord,
  newSealKey,
  sealed,
  verifyAudit,
  type Act,
  type Seal,
} from '@fengsui/access';
import { utc } from '@fengsui/contracts';
import { connect, migrate, SCHEDULE_SCHEMA, startEmbedded } from '@fengsui/database';

const RECORDS = 600_000;
const A_TRANSACTION = 2_000;
/** More than a city does in a day of flood. */
const SINCE_THE_SEAL = 20_000;
const ROUNDS = 5;

const act = (n: number): Act => ({
  actor: 'liang',
  right: 'approve-III',
  origin: 'browser 10.1.2.3',
  act: 'order.confirm',
  about: `order/confirm/441800-flood-2020-E${n}`,
  before: null,
  after: {
    kind: 'confirm',
    authority: '441800',
    hazard: 'flood',
    level: 'III',
    reason: '英德、清城两地暴雨红色预警',
    n,
  },
  reason: '英德、清城两地暴雨红色预警',
});

/** How fast the audit chain is gone through: all of it, and what came since the last seal. */
export async function benchAudit(): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  await migrate(server.url, [SCHEDULE_SCHEMA, ACCESS_SCHEMA]);
  const db = await connect(server.url, 'bench', 4, [ACCESS_SCHEMA]);
  const now = utc('2026-01-01T00:00:00Z');
  try {
    const seals: Seal[] = [];
    for (let n = 0; n < RECORDS; n += A_TRANSACTION) {
      await db.transaction((tx) =>
        appendAudit(
          tx,
          Array.from({ length: A_TRANSACTION }, (_, at) => act(n + at)),
          now,
        ),
      );
      if (n + A_TRANSACTION !== RECORDS - SINCE_THE_SEAL) continue;
      const last = await lastRecord(db, utc('2027-01-01T00:00:00Z'));
      if (last !== null) seals.push(sealed({ day: '2026-01-01', ...last, at: now }, newSealKey()));
    }
    await db.query('vacuum analyze access.audit');
    const whole: number[] = [];
    const recent: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      whole.push(RECORDS / (await timed(() => verifyAudit(db, seals), RECORDS)));
      recent.push(await timed(() => verifyAudit(db, seals, seals[0]), SINCE_THE_SEAL + 1));
    }
    const three = (values: number[], digits: number): string =>
      [0, ROUNDS >> 1, ROUNDS - 1]
        .map((at) => values.sort((a, b) => a - b)[at]?.toLocaleString('en', { maximumFractionDigits: digits }))
        .join(' / ');
    return [
      `audit chain of ${RECORDS.toLocaleString('en')} records: ${three(whole, 0)} records a second (least / median / most of ${ROUNDS})`,
      `${SINCE_THE_SEAL.toLocaleString('en')} records since the last seal: ${three(recent, 2)} s`,
    ];
  } finally {
    await db.destroy();
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds. A chain that is not whole was not measured. */
async function timed(work: () => ReturnType<typeof verifyAudit>, records: number): Promise<number> {
  const begun = performance.now();
  const verdict = await work();
  if (!verdict.ok || verdict.records !== records) throw new Error(JSON.stringify(verdict));
  return (performance.now() - begun) / 1_000;
}
