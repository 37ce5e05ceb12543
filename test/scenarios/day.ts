import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, readPlans, startOneProcess, type OneProcess, type Ports } from '@fengsui/cli';
import { checkEvent, fromShanghai, type UtcInstant } from '@fengsui/contracts';
import { switchToWall, VirtualTime } from '@fengsui/database';
import { instantOf } from '@fengsui/service/testing';
import { readSettings } from '@fengsui/settings';
import { testDatabase } from '@fengsui/database/testing';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'plans', 'qingyuan');

/**
 * One day of the city on virtual time: what happens at a clock time is fed through the doors, and everything due in
 * between is done.
 */
export type Day = Readonly<{
  ports: Ports;
  /** Goes on to this time of the day: `06:10`, or `+1 06:10` on the next. */
  at: (time: string) => Promise<void>;
  /** Feeds a text through the doors, as at this moment, and lets everyone come to rest. */
  feed: (text: string) => Promise<void>;
  order: (fields: object) => Promise<void>;
  /** What a source is found to be, as intake says it on wall time: on virtual time it asks none. */
  source: (what: 'source-silent.v1' | 'source-heard.v1', data: object) => Promise<void>;
  instant: (time: string) => UtcInstant;
  toWall: () => Promise<void>;
  /** Ends the process in the middle of things, and starts another on the same database. */
  restart: () => Promise<void>;
  end: () => Promise<void>;
}>;

export async function day(date: string, environment: NodeJS.ProcessEnv = {}): Promise<Day> {
  const database = await testDatabase([]);
  const settings = {
    ...readSettings({ DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0', LOG_LEVEL: 'error', ...environment }),
    FENGSUI_PLAN: PLAN,
  };
  const store = await openStore(settings);
  const first = await startOneProcess(store.url, settings, readPlans(PLAN), { services: false, http: false });
  await new VirtualTime(first.ports.db, first.ports.log).set(fromShanghai(`${date}T00:00`));
  await first.stop();
  const start = (): Promise<OneProcess> =>
    startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: false });
  let running = await start();
  const time = () => new VirtualTime(running.ports.db, running.ports.log);
  let orders = 0;

  const instant = (text: string): UtcInstant => instantOf(date, text);
  const feed = async (text: string): Promise<void> => {
    // As a script of a demonstration: it plays whoever it names.
    const receipt = await running.ports.receiving.receiveBytes(Buffer.from(text), {
      door: 'demonstration',
      name: 'scenario',
      actor: 'tester',
    });
    if ('skipped' in receipt || receipt.refused > 0) throw new Error(JSON.stringify(receipt));
    await time().comeToRest();
  };
  return {
    get ports() {
      return running.ports;
    },
    feed,
    instant,
    at: async (text) => {
      await time().advance(instant(text));
      await time().comeToRest();
    },
    order: async (fields) =>
      feed(
        JSON.stringify({
          type: 'order.v1',
          occurredAt: await running.ports.clock.now(),
          data: { orderId: `o${(orders += 1)}`, actor: 'liang', speaksFor: null, reason: 'test', ...fields },
        }),
      ),
    source: async (type, data) => {
      const { db, log, clock } = running.ports;
      const now = await clock.now();
      const { source: key } = data as Readonly<{ source: string }>;
      const event = {
        id: `${type}/${key}/${now}`,
        key,
        correlationId: key,
        occurredAt: now,
        recordedAt: now,
        causes: [],
      };
      const checked = checkEvent(type, { ...event, type, data });
      if (!checked.ok) throw new Error(JSON.stringify(checked.refusals));
      await db.transaction((tx) => log.append(tx, [checked.value]));
      await time().comeToRest();
    },
    toWall: () => running.ports.db.transaction((tx) => switchToWall(tx)),
    restart: async () => {
      await running.stop();
      running = await start();
    },
    end: async () => {
      await running.stop();
      await database.drop();
    },
  };
}

/** A warning signal as CAP 1.2. */
export function warning(
  id: string,
  sent: UtcInstant,
  colour: string,
  counties: readonly string[],
  more: Readonly<{
    status?: string;
    msgType?: string;
    references?: readonly (readonly [string, UtcInstant])[];
    code?: string;
    expires?: UtcInstant;
    sender?: string;
  }> = {},
): string {
  const {
    status = 'Actual',
    msgType = 'Alert',
    references = [],
    code = '11B03',
    expires,
    sender = '44180041600000',
  } = more;
  const refs = references.map(([other, at]) => `${sender},${other},${at}`).join(' ');
  return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${id}</identifier><sender>${sender}</sender><sent>${sent}</sent><status>${status}</status><msgType>${msgType}</msgType><scope>Public</scope>
${refs === '' ? '' : `<references>${refs}</references>`}<info><category>Met</category><event>e</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty><eventCode><valueName>n</valueName><value>${code}</value></eventCode>
${expires === undefined ? '' : `<expires>${expires}</expires>`}<parameter><valueName>signalColour</valueName><value>${colour}</value></parameter><area><areaDesc>a</areaDesc>${counties.map((county) => `<geocode><valueName>GB/T 2260</valueName><value>${county}</value></geocode>`).join('')}</area></info></alert>`;
}
