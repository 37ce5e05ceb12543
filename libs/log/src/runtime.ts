import { Logger, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Service } from '@fengsui/contracts';
import { Clock, JobRunner, Notifications, type JobHandler } from '@fengsui/database';
import { DataSource } from 'typeorm';
import { AT_WORK_HERE, Health } from './health.js';
import type { KafkaFeeds } from './kafka/feeds.js';
import type { Log } from './port.js';

/** Injection token of the log: a port, so it has no class of its own. */
export const LOG = Symbol('the event log');
/** Injection token of what outsiders feed over Kafka; null where there is none. */
export const FEEDS = Symbol('the feed topics');

/** What every service stands on: one pool, one clock, one log, one listening connection a process. */
export type Runtime = Readonly<{
  db: DataSource;
  clock: Clock;
  log: Log;
  notifications: Notifications;
  /** What outsiders write into `feed.*`; null where there is no Kafka. */ feeds: KafkaFeeds | null;
  /** The services whose consumers and relays this process runs. */ services: readonly Service[];
}>;

/** Gives the services of this process what they stand on. */
@Module({})
export class RuntimeModule {
  static of({ db, clock, log, notifications, feeds, services }: Runtime): DynamicModule {
    const providers = [
      { provide: DataSource, useValue: db },
      { provide: Clock, useValue: clock },
      { provide: LOG, useValue: log },
      { provide: Notifications, useValue: notifications },
      { provide: FEEDS, useValue: feeds },
      { provide: AT_WORK_HERE, useValue: services },
    ];
    return { module: RuntimeModule, global: true, controllers: [Health], providers, exports: providers };
  }
}

/** A service's due jobs, done while the application runs. Subclasses name the service and its handlers. */
export abstract class ServiceJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private runner: JobRunner | null = null;

  protected constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly service: Service,
  ) {}

  protected abstract handlers(): Readonly<Record<string, JobHandler>>;

  async onApplicationBootstrap(): Promise<void> {
    const logger = new Logger(`${this.service} jobs`);
    this.runner = new JobRunner(this.db, this.clock, this.notifications, this.service, this.handlers(), (error, job) =>
      logger.error(
        `${job === null ? 'cannot look for due jobs' : `${job.kind} ${job.key} failed and will be tried again`}: ${String((error as Error)?.message ?? error)}`,
      ),
    );
    await this.runner.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runner?.stop();
  }
}
