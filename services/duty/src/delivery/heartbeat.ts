import { addMinutes } from '@fengsui/contracts';
import { schedule, type Job } from '@fengsui/database';
import { DueOutside, type OutsideUnit, type Queue } from '@fengsui/service';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LATE_SECONDS, lateSeconds } from '../calls/lateness.js';
import { OnWallTime } from '../on-wall-time.js';
import { post } from './channels/posting.js';

/** Injection token: where the heartbeat goes, or null. */
export const HEARTBEAT_URL = Symbol('address of the heartbeat');

const QUEUE = 'heartbeat';
const EVERY_MINUTES = 1;

/**
 * Says every minute, to somebody outside, that calls climb here. Whoever hears nothing for some minutes knows that all
 * is dead, or that it lives and does not work: silence is the alarm.
 */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap {
  private readonly logger = new Logger('duty');

  constructor(
    private readonly db: DataSource,
    @Inject(HEARTBEAT_URL) private readonly url: string | null,
    private readonly wall: OnWallTime,
  ) {}

  get queues(): readonly Queue[] {
    return this.url === null ? [] : [{ name: QUEUE, most: 1 }];
  }

  /** On virtual time nothing leaves; the first start afterwards begins. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.url !== null) await this.wall.begin((tx, now) => schedule(tx, `duty/${QUEUE}`, [beatAt(now)]));
  }

  @DueOutside('duty', QUEUE, (self: Heartbeat) => self.queues)
  async beat(_job: Job, { now, finish }: OutsideUnit): Promise<void> {
    const late = await lateSeconds(this.db, now);
    try {
      if (late > LATE_SECONDS)
        this.logger.error(`an open call waits for its step for ${Math.round(late)} s: no heartbeat is sent`);
      else if (this.url !== null) await post(this.url, JSON.stringify({ at: now, lateSeconds: late }), {});
    } catch (error) {
      this.logger.warn(`the heartbeat was not taken: ${String((error as Error)?.message ?? error)}`);
    }
    await finish(({ tx }) => schedule(tx, `duty/${QUEUE}`, [beatAt(addMinutes(now, EVERY_MINUTES))]));
  }
}

const beatAt = (dueAt: Job['dueAt']): Job => ({ kind: QUEUE, key: QUEUE, dueAt, payload: {} });
