import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES, TOPICS, type Service } from '@fengsui/contracts';
import { one, rows, run, SessionLock, waitFor, type Notifications } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { retryDelay } from '../disposition.js';
import type { Publisher } from './publisher.js';
import { FROM_HEADER, traceOf } from './wire.js';

const BATCH_ROWS = 1_000;
const BATCH_BYTES = 900_000;
const LOOK_AGAIN_MS = 1_000;

type Row = Readonly<{ offset: number; key: string; body: string }>;

/**
 * Carries what a service appended to its outbox on to Kafka: one more consumer of the rows, in their order, one
 * partition at a time, and its position moves after the brokers have acknowledged. One relay of a service is active,
 * by an advisory lock. One that dies between the two publishes again; every message says where in the outbox it came
 * from, and consumers drop what they have had.
 */
export class Relay {
  private readonly db: DataSource;
  private readonly notifications: Notifications;
  private readonly publisher: Publisher;
  private running = true;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopListening: () => void = () => undefined;

  constructor(
    { db, notifications, publisher }: Readonly<{ db: DataSource; notifications: Notifications; publisher: Publisher }>,
    private readonly service: Service,
    private readonly onTrouble: (error: unknown, what: string) => void,
    /** Between the acknowledgement and the move of the position; only a test that kills it there gives one. */
    private readonly afterPublish: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.db = db;
    this.notifications = notifications;
    this.publisher = publisher;
  }

  async start(): Promise<void> {
    this.stopListening = await this.notifications.on('log', () => this.wakeUp());
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.stopListening();
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    const lock = new SessionLock(this.db, `select pg_try_advisory_lock(hashtext('fengsui relay'), hashtext($1))`, [
      this.service,
    ]);
    for (let attempt = 1; this.running;) {
      try {
        const woken = new Promise<void>((resolve) => (this.wakeUp = resolve));
        const published = (await lock.held()) && (await this.publishAll());
        attempt = 1;
        if (!published && this.running) await waitFor(woken, LOOK_AGAIN_MS);
      } catch (error) {
        this.onTrouble(error, `relay of ${this.service}: trying again`);
        await sleep(retryDelay(attempt, Math.random()));
        attempt += 1;
      }
    }
    await lock.release();
  }

  /** @returns true when there was something to carry */
  private async publishAll(): Promise<boolean> {
    const behind = await rows<{ topic: string; partition: number; next: number }>(
      this.db,
      `select p.topic, p.partition, coalesce(r.next_offset, 0) as next from log.partition p left join log.relayed r using (topic, partition)
       where p.next_offset > coalesce(r.next_offset, 0) and (p.topic = any($1) or (p.topic like '%.parked' and p.partition = $2)) order by 1, 2`,
      [ownTopics(this.service), SERVICES.indexOf(this.service)],
    );
    for (const { topic, partition, next } of behind) await this.publish(topic, partition, next);
    return behind.length > 0;
  }

  private async publish(topic: string, partition: number, from: number): Promise<void> {
    const waiting = await rows<Row>(
      this.db,
      'select "offset", key, body from log.record where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4',
      [topic, partition, from, BATCH_ROWS],
    );
    const id = (await one<{ id: string }>(this.db, 'select id from log.outbox'))?.id ?? '';
    let bytes = 0;
    const batch = waiting.filter((row, index) => (bytes += Buffer.byteLength(row.body)) <= BATCH_BYTES || index === 0);
    const last = batch.at(-1);
    if (last === undefined) return;
    const base = await this.publisher.publish(
      topic,
      partition,
      batch.map(({ offset, key, body }) => ({
        key,
        value: body,
        headers: { [FROM_HEADER]: `${id}/${offset}`, ...traceOf(body) },
      })),
    );
    await this.afterPublish();
    await run(
      this.db,
      `insert into log.relayed as r (topic, partition, next_offset, kafka_next) values ($1, $2, $3, $4)
       on conflict (topic, partition) do update set next_offset = greatest(r.next_offset, excluded.next_offset), kafka_next = greatest(r.kafka_next, excluded.kafka_next)`,
      [topic, partition, last.offset + 1, base + batch.length],
    );
  }
}

const ownTopics = (service: Service): string[] => [
  ...new Set(
    Object.values(TOPICS)
      .filter(({ writer }) => writer === service)
      .map(({ topic }) => topic),
  ),
];
