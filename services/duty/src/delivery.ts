import { Clock, JobRunner, Notifications, type Job, type JobRun } from '@fengsui/database';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Channel, type Message } from './channels/channel.js';
import { DutyPlan } from './plan.js';

/** Injection token: the channels that are configured. */
export const CHANNELS = Symbol('channels');
/** Tries before a delivery is given up; the call has climbed on long before. */
const MAX_ATTEMPTS = 6;

type Row = Readonly<{
  key: string;
  call: string;
  step: number;
  person: string;
  state: string;
  attempts: number;
  subject: string;
  text: string;
  urgent: boolean;
  ringing: boolean;
}>;

/**
 * Hands messages to their channels. Each channel has a runner of its own, so one that hangs holds up no other; each message is a
 * transaction of its own, so none is repeated because its neighbour failed.
 */
@Injectable()
export class Delivery implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('duty');
  private runners: readonly JobRunner[] = [];

  constructor(
    @Inject(DataSource) private readonly db: DataSource,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Notifications) private readonly notifications: Notifications,
    @Inject(DutyPlan) private readonly plan: DutyPlan,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const sink: Channel = {
      name: 'sink',
      send: async ({ name, subject }) => void ((await this.clock.isVirtual()) || this.logger.warn(`would call ${name}: ${subject}`)),
    };
    this.runners = [...this.channels, sink].map(
      (channel) =>
        new JobRunner(
          this.db,
          this.clock,
          this.notifications,
          `duty/${channel.name}`,
          { deliver: (jobs, run) => this.deliver(channel, jobs, run) },
          (error, job) => void this.failed(channel, error, job),
          channel.name === 'sink' ? undefined : 1,
        ),
    );
    for (const runner of this.runners) await runner.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
  }

  private async deliver(channel: Channel, jobs: readonly Job[], { tx, now }: JobRun): Promise<void> {
    const rows = (await tx.query(
      `select d.key, d.call, d.step, d.person, d.state, d.attempts, c.subject, c.text, c.urgent, c.state = 'ringing' as ringing
       from duty.delivery d join duty.call c on c.id = d.call where d.key = any($1) order by d.key`,
      [jobs.map(({ key }) => key)],
    )) as Row[];
    const done: { key: string; state: string }[] = [];
    for (const row of rows) {
      // Answered meanwhile: nobody is called for what is settled.
      const wanted = row.state === 'pending' && (row.ringing || channel.name === 'sink') && row.attempts < MAX_ATTEMPTS;
      if (wanted) await channel.send(this.messageOf(row));
      done.push({
        key: row.key,
        state: !wanted ? (row.state === 'pending' ? 'withdrawn' : row.state) : channel.name === 'sink' ? 'shown' : 'sent',
      });
    }
    await tx.query(
      `update duty.delivery d set state = t.state, done_at = $3, attempts = attempts + 1 from unnest($1::text[], $2::text[]) as t(key, state) where d.key = t.key`,
      [done.map(({ key }) => key), done.map(({ state }) => state), now],
    );
  }

  private messageOf({ key, call, step, person, subject, text, urgent }: Row): Message {
    const known = this.plan.people.get(person);
    return { key, call, step, person, name: known?.name ?? person, mail: known?.mail ?? null, subject, text, urgent };
  }

  /** The attempt is counted although its transaction was rolled back; after the last one the delivery is given up, and seen to be. */
  private async failed(channel: Channel, error: unknown, job: Job | null): Promise<void> {
    const why = String((error as Error)?.message ?? error);
    this.logger.error(`${channel.name}: ${job?.key ?? 'cannot look for messages'}: ${why}`);
    if (job === null) return;
    await this.db
      .query(
        `update duty.delivery set attempts = attempts + 1, note = $2, state = case when attempts + 1 >= $3 then 'failed' else state end where key = $1 and state = 'pending'`,
        [job.key, why, MAX_ATTEMPTS],
      )
      .catch((again: unknown) => this.logger.error(String(again)));
  }
}
