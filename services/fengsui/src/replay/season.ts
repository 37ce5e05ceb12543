import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { addMinutes, type DomainEvent, type ObservedEvent, type UtcInstant } from '@fengsui/contracts';
import { migrate, startEmbedded, VirtualTime, type Db } from '@fengsui/database';
import { recordsOf } from '@fengsui/log';
import { RESPONSE_SCHEMA, ResponseModule, type ResponsePlan } from '@fengsui/response';
import { BASE_SCHEMAS, startServices } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';

/** What may call for a level, and what people decide about levels: the rest says nothing here. */
const EVIDENCE = [
  'weather-warning.v1',
  'reading.v1',
  'flood-forecast.v1',
  'authority-level.v1',
  'situation.v1',
  'storm-position.v1',
  'transfer-ledger.v1',
] as const;
const ORDERS: ReadonlySet<string> = new Set([
  'confirm',
  'refuse',
  'raise',
  'lower',
  'end',
  'convert',
  'countersign',
  'locate',
  'progress',
]);

export const concernsLevels = (event: ObservedEvent): boolean =>
  (EVIDENCE as readonly string[]).includes(event.type) || (event.type === 'order.v1' && ORDERS.has(event.data.kind));

/** Evidence and orders of a time, each by the instant from which it was known. */
export type Season = Readonly<{ events: readonly ObservedEvent[]; until: UtcInstant }>;

/**
 * Plays a season on a database of its own, on virtual time, with the service that decides: everything that is due in
 * between is done. The database is gone afterwards.
 * @param onProgress how many of the events have been played
 * @returns what the service said, in the order in which it said it
 */
export async function playSeason(
  { events, until }: Season,
  plan: ResponsePlan,
  settings: Settings,
  onProgress: (played: number) => void,
): Promise<readonly DomainEvent[]> {
  const ordered = events.map((event, n) => ({ event, n })).sort((a, b) => byTime(a.event, b.event) || a.n - b.n);
  const [first] = ordered;
  if (first === undefined) return [];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-replay-'));
  const server = await startEmbedded(folder);
  try {
    await migrate(server.url, [...BASE_SCHEMAS, RESPONSE_SCHEMA]);
    const { KAFKA_BROKERS: _, ...rest } = settings;
    const quiet = { ...rest, LOG_LEVEL: 'error' as const };
    const parts = { schemas: [RESPONSE_SCHEMA], modules: [ResponseModule.of(plan.forReplay())], http: false };
    // The first schedules of the service must stand on virtual time already.
    const before = await startServices(server.url, quiet, { ...parts, consumers: [] });
    await new VirtualTime(before.runtime.db, before.runtime.log).set(addMinutes(first.event.recordedAt, -1));
    await before.stop();
    const { runtime, stop } = await startServices(server.url, quiet, { ...parts, consumers: ['response'] });
    try {
      const time = new VirtualTime(runtime.db, runtime.log);
      for (let next = 0; next < ordered.length;) {
        const at = ordered[next]?.event.recordedAt as UtcInstant;
        let end = next;
        while (ordered[end]?.event.recordedAt === at) end += 1;
        await time.advance(at);
        const now = ordered.slice(next, end).map(({ event }) => event);
        await runtime.db.transaction((tx) => runtime.log.append(tx, now));
        await time.comeToRest();
        next = end;
        onProgress(next);
      }
      await time.advance(until);
      await time.comeToRest();
      return await saidIn(runtime.db);
    } finally {
      await stop();
    }
  } finally {
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

const byTime = (a: ObservedEvent, b: ObservedEvent): number =>
  a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0;

/** What was decided about levels on a database, in the order of time. */
export async function saidIn(db: Db): Promise<readonly DomainEvent[]> {
  const events = await recordsOf(db, ['response-proposed.v1']); // all decisions about levels lie on one topic
  return [...events].sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
}

/** The evidence and orders that an installation has taken in until an instant: what was in force before matters. */
export async function storedSeason(db: Db, until: UtcInstant): Promise<Season> {
  const taken = (await recordsOf(db, [...EVIDENCE, 'order.v1'])) as readonly ObservedEvent[];
  return { events: taken.filter((event) => event.recordedAt <= until && concernsLevels(event)), until };
}
