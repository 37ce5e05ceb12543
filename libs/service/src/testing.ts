import {
  checkEvent,
  fromShanghai,
  type DomainEvent,
  type EventType,
  type Service,
  type UtcInstant,
} from '@fengsui/contracts';
import { switchToWall, VirtualTime, type OwnedSchema } from '@fengsui/database';
import { testDatabase } from '@fengsui/database/testing';
import { appended } from '@fengsui/log/testing';
import { readSettings, type Settings } from '@fengsui/settings';
import type { DynamicModule, Type } from '@nestjs/common';
import { BASE_SCHEMAS, startServices } from './process.js';
import type { Runtime } from './tokens.js';

/** An event as a test gives it: what stands in `data` and what it is about; the rest is filled in. */
export type Given = Readonly<{
  type: EventType;
  key: string;
  data: object;
  id?: string;
  occurredAt?: UtcInstant;
  causes?: readonly string[];
}>;

/**
 * One service alone on virtual time, on a database of its own: events of the others are given by the test, what it
 * says is read back from the log, and everything that is due in between is done.
 */
export type LoneService = Readonly<{
  runtime: Runtime;
  /** A provider of the service's module. */ get: <T>(token: Type<T>) => T;
  /** Goes on to this time of the day: `06:10`, or `+1 06:10` on the next. */ at: (time: string) => Promise<void>;
  instant: (time: string) => UtcInstant;
  /** Appends events and returns: on wall time there is no rest to come to. */
  append: (...events: readonly Given[]) => Promise<void>;
  /** Appends events, as another service would, and lets the service come to rest. */
  give: (...events: readonly Given[]) => Promise<void>;
  order: (fields: Readonly<Record<string, unknown>>) => Promise<void>;
  /** What the service has appended, oldest first, and in the order of the log within a partition. */
  said: (type?: EventType) => Promise<readonly DomainEvent[]>;
  toWall: () => Promise<void>;
  end: () => Promise<void>;
}>;

/** @param date the day in Beijing time, `2020-06-06`; it begins at midnight */
export async function loneService(
  service: Service,
  date: string,
  schema: OwnedSchema,
  moduleOf: (settings: Settings) => DynamicModule,
  environment: Readonly<Record<string, string>> = {},
): Promise<LoneService> {
  const database = await testDatabase([...BASE_SCHEMAS, schema]);
  const settings = readSettings({ DATABASE_URL: database.url, LOG_LEVEL: 'error', ...environment });
  const parts = { schemas: [schema], modules: [moduleOf(settings)], http: false };
  // The first schedules of a service must stand on virtual time already.
  const before = await startServices(database.url, settings, { ...parts, consumers: [] });
  await new VirtualTime(before.runtime.db, before.runtime.log).set(fromShanghai(`${date}T00:00`));
  await before.stop();
  const { app, runtime, stop } = await startServices(database.url, settings, { ...parts, consumers: [service] });
  const { db, clock, log } = runtime;
  const time = new VirtualTime(db, log);
  const given = new Set<string>();
  let orders = 0;

  const append = async (...events: readonly Given[]): Promise<void> => {
    const now = await clock.now();
    const whole = events.map((event) => eventOf(event, now, `${event.type}/${given.size + events.indexOf(event)}`));
    for (const { id } of whole) given.add(id);
    await db.transaction((tx) => log.append(tx, whole));
  };
  const give = async (...events: readonly Given[]): Promise<void> => {
    await append(...events);
    await time.comeToRest();
  };
  return {
    runtime,
    get: (token) => app.get(token, { strict: false }),
    instant: (text) => instantOf(date, text),
    at: async (text) => {
      await time.advance(instantOf(date, text));
      await time.comeToRest();
    },
    append,
    give,
    order: (fields) => {
      const orderId = `o${(orders += 1)}`;
      const data = { orderId, actor: 'liang', right: 'demonstration', speaksFor: null, reason: 'test', ...fields };
      return give({ type: 'order.v1', key: orderId, id: `order/${orderId}`, data });
    },
    said: async (type) => {
      const all = await appended(db);
      return all.filter((event) => !given.has(event.id) && (type === undefined || event.type === type));
    },
    toWall: () => db.transaction((tx) => switchToWall(tx)),
    end: async () => {
      await stop();
      await database.drop();
    },
  };
}

/** @param text a clock time of the day in Beijing time, with `+1 ` before it that of the day after, with `-1 ` of the one before */
export function instantOf(date: string, text: string): UtcInstant {
  const [, days = '0', clock] = /^(?:([+-]\d+) )?(\d\d:\d\d)$/.exec(text) ?? [];
  const day = new Date(Date.parse(`${date}T00:00:00Z`) + Number(days) * 86_400_000).toISOString().slice(0, 10);
  return fromShanghai(`${day}T${clock}`);
}

/** @throws when no door would let such an event in: a test must not rest on what cannot happen */
function eventOf({ type, key, data, id, occurredAt, causes = [] }: Given, now: UtcInstant, name: string): DomainEvent {
  const event = {
    id: id ?? name,
    type,
    key,
    occurredAt: occurredAt ?? now,
    recordedAt: now,
    correlationId: key,
    causes,
    data,
  };
  const checked = checkEvent(type, event);
  if (!checked.ok) throw new Error(JSON.stringify(checked.refusals));
  return checked.value;
}
