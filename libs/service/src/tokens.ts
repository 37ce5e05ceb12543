import type { Service } from '@fengsui/contracts';
import type { Clock, Notifications } from '@fengsui/database';
import type { KafkaFeeds, Log } from '@fengsui/log';
import type { DataSource } from 'typeorm';

/** What every service stands on: one pool, one clock, one log, one listening connection a process. */
export type Runtime = Readonly<{
  db: DataSource;
  clock: Clock;
  log: Log;
  notifications: Notifications;
  /** What outsiders write into `feed.*`; null where there is no Kafka. */ feeds: KafkaFeeds | null;
  /** The services whose consumers, due jobs and relays this process runs. */ services: readonly Service[];
}>;

/** Injection token of the log: a port, so it has no class of its own. */
export const LOG = Symbol('the event log');
/** Injection token of what outsiders feed over Kafka; null where there is none. */
export const FEEDS = Symbol('the feed topics');
/** Injection token of all of it. */
export const RUNTIME = Symbol('what every service stands on');
