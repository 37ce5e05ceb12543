import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DomainEvent, Service } from '@fengsui/contracts';
import { JobRunner, type Job, type JobHandler, type OutsideHandler, type Tx } from '@fengsui/database';
import type { DueHandler, OutsideDueHandler } from './due.js';
import { ORDER_EXPIRY } from './orders-desk.js';
import { RUNTIME, type Runtime } from './tokens.js';
import { Work } from './work.js';

/** Does the due jobs of the services that run in this process, while it runs. */
@Injectable()
export class DueJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private runners: readonly JobRunner[] = [];

  constructor(
    private readonly work: Work,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.runners = this.runtime.services.flatMap((service) => [
      ...this.inTransaction(service),
      ...this.outside(service),
    ]);
    for (const runner of this.runners) await runner.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
  }

  private inTransaction(service: Service): JobRunner[] {
    const desk = this.work.deskOf(service);
    const due: Record<string, DueHandler> = { ...this.work.dueOf(service) };
    if (desk !== undefined) due[ORDER_EXPIRY] = (jobs, unit) => desk.expire(jobs, unit);
    const handlers = Object.entries(due).map(([kind, handle]): [string, JobHandler] => [
      kind,
      (jobs, { tx, now }) => this.collecting(tx, (append) => handle(jobs, { tx, now, append })),
    ]);
    return handlers.length === 0 ? [] : [this.runner(service, { inTransaction: Object.fromEntries(handlers) })];
  }

  private outside(service: Service): JobRunner[] {
    return this.work
      .outsideOf(service)
      .flatMap(({ kind, queues, handle }) =>
        queues.map(({ name, most }) =>
          this.runner(`${service}/${name}`, { outside: { [kind]: this.outsideHandler(handle) }, most }),
        ),
      );
  }

  private outsideHandler(handle: OutsideDueHandler): OutsideHandler {
    return (job, { now, finish, finishTogether }) =>
      handle(job, {
        now,
        finishTogether,
        finish: (write) => finish((tx) => this.collecting(tx, (append) => write({ tx, now, append }))),
      });
  }

  /** Events are written as the last step before commit: their offsets are given under the partitions' locks. */
  private async collecting(
    tx: Tx,
    work: (append: (...events: readonly DomainEvent[]) => void) => Promise<void>,
  ): Promise<void> {
    const outgoing: DomainEvent[] = [];
    await work((...events) => void outgoing.push(...events));
    await this.runtime.log.append(tx, outgoing);
  }

  private runner(queue: string, handlers: ConstructorParameters<typeof JobRunner>[2]): JobRunner {
    const { db, clock, notifications } = this.runtime;
    const logger = new Logger(`${queue} jobs`);
    const onError = (error: unknown, job: Job | null): void => {
      const what = job === null ? 'cannot look for due jobs' : `${job.kind} ${job.key} failed and will be tried again`;
      logger.error(`${what}: ${String((error as Error)?.message ?? error)}`);
    };
    return new JobRunner({ db, clock, notifications }, queue, handlers, onError);
  }
}
