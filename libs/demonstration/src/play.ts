import { createHash } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { beginPlay, endPlay, noteDelivered, playState, wallNowIn, type Tx, type VirtualTime } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Delivery } from './delivery.js';
import { BEGINS, ENDS } from './script.js';

/** What came of a delivery: why it was no input, or how many records of it were refused. */
type Receipt = Readonly<{ skipped: string }> | Readonly<{ refused: number; refusals: readonly unknown[] }>;

/** The installation that a demonstration is played on. */
export type Stage = Readonly<{
  db: DataSource;
  time: VirtualTime;
  /** Takes a delivery in through the doors. */
  give: (bytes: Buffer, about: Readonly<{ door: 'demonstration'; name: string; actor: string }>) => Promise<Receipt>;
  /** What fell between the end and now is skipped. @returns when each runs next, by name */
  skipGap: (tx: Tx, wallNow: UtcInstant) => Promise<Readonly<Record<string, UtcInstant>>>;
}>;

/** What makes two scripts the same. */
export function scriptHash(deliveries: readonly Delivery[]): string {
  const hash = createHash('sha256');
  for (const { at, name, text } of deliveries) hash.update(`${at} ${name} ${text.length}\n`).update(text);
  return hash.digest('hex').slice(0, 16);
}

/** Thrown when a delivery of our own script is refused: the demonstration would show something else than it says. */
class ScriptRefused extends Error {}

/**
 * Plays the script through the doors on virtual time. Goes on where an earlier run was cut off: every delivery is
 * idempotent, so the one in doubt is given once more.
 * @returns the roll-ups that fell between the end and now, with when each runs next
 */
export async function play(
  deliveries: readonly Delivery[],
  { db, time, give, skipGap }: Stage,
  onProgress: (delivered: number, at: UtcInstant) => void,
): Promise<Readonly<Record<string, UtcInstant>>> {
  const state = await playState(db);
  const from = state.state === 'cut-off' ? state.delivered : 0;
  for (let next = from; next < deliveries.length;) {
    const { at } = deliveries[next] as Delivery;
    let end = next;
    while (deliveries[end]?.at === at) end += 1;
    await time.advance(at);
    for (const delivery of deliveries.slice(next, end)) await deliver(delivery, give);
    await time.comeToRest();
    await noteDelivered(db, end);
    onProgress(end, at);
    next = end;
  }
  await time.advance(ENDS);
  return db.transaction(async (tx) => {
    const skipped = await skipGap(tx, await wallNowIn(tx));
    await endPlay(tx, ENDS);
    return skipped;
  });
}

/** Sets the clock to the beginning of the script, before the services start. */
export const begin = (db: DataSource, deliveries: readonly Delivery[]): Promise<void> =>
  db.transaction((tx) => beginPlay(tx, scriptHash(deliveries), deliveries.length, BEGINS));

async function deliver({ name, text }: Delivery, give: Stage['give']): Promise<void> {
  const receipt = await give(Buffer.from(text), { door: 'demonstration', name, actor: 'demonstration' });
  if ('skipped' in receipt) throw new ScriptRefused(`${name}: ${receipt.skipped}`);
  if (receipt.refused > 0) throw new ScriptRefused(`${name}: ${JSON.stringify(receipt.refusals.slice(0, 3))}`);
}
