import { appendFileSync } from 'node:fs';
import * as path from 'node:path';
import { AuditSealRow, lastRecord, newSealKey, sealed } from '@fengsui/access';
import { addMinutes, fromShanghai, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, JobRunner, Notifications, schedule, type Job, type OutsideRun } from '@fengsui/database';
import { ownFile } from '@fengsui/settings';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Where seals are written beside the database, and the key that signs them. */
export const SEALS_FILE = 'audit-seals.ndjson';
const KEY_FILE = 'audit-key.pem';
const QUEUE = 'access/audit';
/** How soon it is seen that a demonstration has ended. */
const LOOK_MS = 20_000;
/** After midnight in Beijing, when the last act of the day is committed. */
const AFTER_MIDNIGHT_MINUTES = 10;

/** Closes each day of the audit chain with a signature, in the database and in a file beside it. */
@Injectable()
export class SealAudit implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('audit');
  private readonly runner: JobRunner;
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    notifications: Notifications,
    private readonly folder: string,
  ) {
    const handlers = { outside: { seal: (job: Job, run: OutsideRun) => this.seal(job, run) }, most: 1 };
    this.runner = new JobRunner({ db, clock, notifications }, QUEUE, handlers, (error) =>
      this.logger.error(`a day of the audit chain was not sealed: ${String((error as Error)?.message ?? error)}`),
    );
  }

  /**
   * On virtual time nothing is sealed: a demonstration has no days that anybody answers for. Once it has been played
   * the clock is the world's, and days are sealed from then on.
   */
  async onApplicationBootstrap(): Promise<void> {
    if (await this.began()) return;
    const looking = setInterval(() => {
      this.began().then(
        (began) => (began ? clearInterval(looking) : undefined),
        (error: unknown) => this.logger.warn(`the audit chain is not sealed yet: ${String((error as Error)?.message)}`),
      );
    }, LOOK_MS).unref();
    this.looking = looking;
  }

  /** @returns false while the clock is a demonstration's */
  private async began(): Promise<boolean> {
    if (await this.clock.isVirtual()) return false;
    await this.db.transaction(async (tx) => this.next(tx, await this.clock.now(tx)));
    await this.runner.start();
    return true;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.looking);
    await this.runner.stop();
  }

  /** Written to the file first: what is done again after a crash is the same line again. */
  private async seal({ key: day }: Job, { now, finish }: OutsideRun): Promise<void> {
    const last = await lastRecord(this.db, endOf(day));
    if (last === null) return finish(async (tx) => this.next(tx, now));
    const seal = sealed({ day, ...last, at: now }, this.key());
    const file = path.join(this.folder, SEALS_FILE);
    appendFileSync(file, `${JSON.stringify(seal)}\n`, { mode: 0o600 });
    await finish(async (tx) => {
      await insertRows(tx, AuditSealRow, [seal], 'nothing');
      await this.next(tx, now);
    });
  }

  private async next(tx: Parameters<typeof schedule>[0], now: UtcInstant): Promise<void> {
    const day = shanghaiMinute(now).slice(0, 10);
    const dueAt = addMinutes(endOf(day), AFTER_MIDNIGHT_MINUTES);
    await schedule(tx, QUEUE, [{ kind: 'seal', key: day, dueAt, payload: {} }]);
  }

  private key(): string {
    const { text, made } = ownFile(this.folder, KEY_FILE, newSealKey);
    if (made)
      this.logger.log(
        `a new key seals the audit chain: ${KEY_FILE} in ${this.folder}; keep a copy of it, and of ${SEALS_FILE}, apart`,
      );
    return text;
  }
}

/** Midnight after a day in Beijing. */
const endOf = (day: string): UtcInstant => addMinutes(fromShanghai(`${day}T00:00`), 24 * 60);
