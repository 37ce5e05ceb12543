import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, connect, Notifications, SCHEDULE_SCHEMA } from '@fengsui/database';
import { readSettings } from '@fengsui/settings';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { LOG_SCHEMA, PositionRows, PostgresLog } from '../index.js';
import { connectKafka, type KafkaConnection } from './connection.js';
import { wantedTopics } from './topics.js';
import type { KafkaLogOptions } from './wire.js';

export const settings = readSettings({ KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? 'localhost:9092' });

export type Running = Readonly<{
  database: TestDatabase;
  db: DataSource;
  clock: Clock;
  notifications: Notifications;
  outbox: PostgresLog;
  trouble: string[];
  fatal: Error[];
  /** Consumers that were started anew. */ restarted: string[];
  connection: KafkaConnection;
}>;

export async function start(
  relays: readonly ('intake' | 'response' | 'wildfire' | 'duty' | 'reporting')[],
  more: Partial<KafkaLogOptions> = {},
): Promise<Running> {
  const database = await testDatabase([SCHEDULE_SCHEMA, LOG_SCHEMA]);
  const db = await connect(database.url, 'kafka test', 40);
  const notifications = new Notifications(database.url);
  await notifications.open();
  const clock = new Clock(db);
  const [trouble, fatal, restarted]: [string[], Error[], string[]] = [[], [], []];
  const options = {
    batchSize: 50,
    onTrouble: (error: unknown, what: string) => void trouble.push(`${what}: ${String(error)}`),
    onFatal: (error: Error) => void fatal.push(error),
    onRestart: (consumer: string) => void restarted.push(consumer),
    ...more,
  };
  const outbox = new PostgresLog(db, clock, notifications, options);
  const connection = await connectKafka(
    settings,
    { db, clock, notifications, outbox, positions: new PositionRows() },
    relays,
    options,
  );
  return { database, db, clock, notifications, outbox, trouble, fatal, restarted, connection };
}
export async function end({ connection, notifications, db, database }: Running): Promise<void> {
  await connection.stop();
  await notifications.close();
  await db.destroy();
  await database.drop();
}
/** Topics are one for the whole broker: before a database of its own begins, what older ones left is removed. */
export async function emptyTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const existing = await admin.listTopics();
  const own = wantedTopics()
    .map(({ topic }) => topic)
    .filter((topic) => existing.includes(topic));
  if (own.length > 0) await admin.deleteTopics({ topics: own });
  for (let left = own.length; left > 0; left = (await admin.listTopics()).filter((topic) => own.includes(topic)).length)
    await sleep(50);
  await admin.disconnect();
}
