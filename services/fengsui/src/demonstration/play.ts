import { createHash } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import type { Receiving } from '@fengsui/intake';
import type { Rollups } from '@fengsui/reporting';
import type { DataSource } from 'typeorm';
import type { Delivery } from './delivery.js';
import { BEGINS, ENDS } from './script.js';
import { switchToWall, type VirtualTime } from './virtual-time.js';

/** How far the demonstration of this installation is. `none`: never begun. */
export type PlayState =
  Readonly<{ state: 'none' }> | Readonly<{ state: 'cut-off' | 'ended'; script: string; delivered: number; deliveries: number }>;

export async function playState(db: DataSource): Promise<PlayState> {
  const [row] = (await db.query('select script, delivered, deliveries, ended_at from schedule.demonstration')) as {
    script: string;
    delivered: number;
    deliveries: number;
    ended_at: UtcInstant | null;
  }[];
  return row === undefined
    ? { state: 'none' }
    : { state: row.ended_at === null ? 'cut-off' : 'ended', script: row.script, delivered: row.delivered, deliveries: row.deliveries };
}

/** What makes two scripts the same. */
export function scriptHash(deliveries: readonly Delivery[]): string {
  const hash = createHash('sha256');
  for (const { at, name, text } of deliveries) hash.update(`${at} ${name} ${text.length}\n`).update(text);
  return hash.digest('hex').slice(0, 16);
}

/** Thrown when a delivery of our own script is refused: the demonstration would show something else than it says. */
class ScriptRefused extends Error {}

/**
 * Plays the script through the doors on virtual time. Goes on where an earlier run was cut off: every delivery is idempotent, so the one
 * in doubt is given once more.
 * @param begun called before anything else happens on virtual time
 */
export async function play(
  deliveries: readonly Delivery[],
  db: DataSource,
  time: VirtualTime,
  receiving: Receiving,
  rollups: Rollups,
  onProgress: (delivered: number, at: UtcInstant) => void,
): Promise<Readonly<{ skippedRollups: Readonly<Record<string, UtcInstant>> }>> {
  const state = await playState(db);
  const from = state.state === 'cut-off' ? state.delivered : 0;
  for (let next = from; next < deliveries.length;) {
    const { at } = deliveries[next] as Delivery;
    let end = next;
    while (deliveries[end]?.at === at) end += 1;
    await time.advance(at);
    for (const delivery of deliveries.slice(next, end)) await give(delivery, receiving);
    await time.settle();
    await db.query('update schedule.demonstration set delivered = $1', [end]);
    onProgress(end, at);
    next = end;
  }
  await time.advance(ENDS);
  return db.transaction(async (tx) => {
    const [wall] = (await tx.query('select now() as now')) as { now: UtcInstant }[];
    const skippedRollups = await rollups.skipGap(tx, (wall as { now: UtcInstant }).now);
    await tx.query('update schedule.demonstration set ended_at = $1', [ENDS]);
    // With it, so that nothing can stand still between the two.
    await switchToWall(tx);
    return { skippedRollups };
  });
}

/** Sets the clock to the beginning, before the services start: their first schedules must stand on virtual time. */
export async function beginPlay(db: DataSource, deliveries: readonly Delivery[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('insert into schedule.demonstration (script, delivered, deliveries) values ($1, 0, $2)', [
      scriptHash(deliveries),
      deliveries.length,
    ]);
    await tx.query('update schedule.clock set virtual_now = $1, jobs_up_to = 0', [BEGINS]);
  });
}

async function give({ name, text }: Delivery, receiving: Receiving): Promise<void> {
  const receipt = await receiving.receiveBytes(Buffer.from(text), { door: 'demonstration', name, actor: 'demonstration' });
  if ('skipped' in receipt) throw new ScriptRefused(`${name}: ${receipt.skipped}`);
  if (receipt.refused > 0) throw new ScriptRefused(`${name}: ${JSON.stringify(receipt.refusals.slice(0, 3))}`);
}
