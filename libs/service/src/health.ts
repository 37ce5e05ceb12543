import { SERVICES, TOPICS, type Service } from '@fengsui/contracts';
import { Controller, Get, Header, HttpException, Inject, Logger } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { Clock, overdue, wallSkewMs } from '@fengsui/database';
import { lagOf, ParkedMessages } from '@fengsui/log';
import { DataSource } from 'typeorm';
import { Open } from './http/access.js';
import { RUNTIME, type Runtime } from './tokens.js';

/** A consumer that has something to do and does not move for this long is stuck, whatever its process says. */
const STANDSTILL_MS = 60_000;

/** What this process measures; services add what is theirs. */
export const metrics = new Registry();
/** How often a consumer that stood still was started anew, in this process. */
export const consumerRestarts = new Counter({
  name: 'fengsui_consumer_restarts_total',
  help: 'Consumers that stood still while their topics went on, and were started anew',
  labelNames: ['consumer'],
  registers: [metrics],
});
const lagGauge = new Gauge({
  name: 'fengsui_lag_records',
  help: 'Records before a consumer, or before the relay that carries an outbox to Kafka',
  labelNames: ['consumer', 'topic'],
  registers: [metrics],
});
const parkedGauge = new Gauge({
  name: 'fengsui_parked_messages',
  help: 'Messages put aside that someone must look at',
  labelNames: ['consumer'],
  registers: [metrics],
});

/** What is due waits no longer than this while the process works; not counting what failed, and has another time. */
const DUE_SECONDS = 30;

/** More than clocks of one machine part by themselves. */
const SKEW_MS = 5_000;

/**
 * For whoever looks after processes: `/health` says whether the work goes on, `/metrics` how far it is (Prometheus
 * text).
 */
@Controller()
@Open('whoever looks after processes asks, and learns nothing of anybody')
export class Health {
  private readonly logger = new Logger('health');
  private readonly seen = new Map<string, Readonly<{ position: number; sinceMs: number }>>();
  private readonly clock: Clock;

  constructor(
    private readonly db: DataSource,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'services'>,
  ) {
    this.clock = new Clock(db);
  }

  /**
   * 200 while the database answers, every consumer that has something to do moves, what is due is done, and nobody has
   * set the clock; else 503 with what is wrong.
   */
  @Get('health')
  async health(): Promise<object> {
    const stuck = await Promise.all([this.stuck(), this.overdue()])
      .then((found) => found.flat())
      .catch((error: unknown) => {
        // Whoever asks learns that, and not in which words: those are for the log.
        this.logger.warn(`the database does not answer: ${String((error as Error)?.message ?? error)}`);
        return ['the database does not answer'];
      });
    const skewMs = wallSkewMs();
    if (Math.abs(skewMs) > SKEW_MS)
      stuck.push(
        `the clock of this machine was set by ${Math.round(skewMs / 1_000)} s since this process began, which goes on by its own: ` +
          'set it right, or start the process anew',
      );
    if (stuck.length > 0) throw new HttpException({ status: 'stuck', stuck }, 503);
    return { status: 'ok' };
  }

  @Get('metrics')
  @Header('content-type', metrics.contentType)
  async metrics(): Promise<string> {
    lagGauge.reset();
    for (const { consumer, topic, lag } of await lagOf(this.db)) lagGauge.inc({ consumer, topic }, lag);
    parkedGauge.reset();
    for (const { consumer, n } of await new ParkedMessages(this.db).counts()) parkedGauge.set({ consumer }, n);
    return metrics.metrics();
  }

  /** On virtual time a driver says what is done when. */
  private async overdue(): Promise<string[]> {
    if (await this.clock.isVirtual()) return [];
    const late = await overdue(this.db, this.runtime.services, await this.clock.now());
    return late.flatMap(({ service, seconds }) =>
      seconds < DUE_SECONDS ? [] : [`${service} has not done what was due ${Math.round(seconds)} s ago`],
    );
  }

  private async stuck(): Promise<string[]> {
    const sums = new Map<string, { position: number; lag: number }>();
    for (const { consumer, topic, partition, position, lag } of await lagOf(this.db)) {
      // A neighbour that stands is its own trouble: nobody is helped by starting this process again.
      const own = consumer === 'relay' ? relayOf(topic, partition) : consumer;
      if (!(this.runtime.services as readonly string[]).includes(own ?? '')) continue;
      const sum = sums.get(consumer) ?? { position: 0, lag: 0 };
      sums.set(consumer, { position: sum.position + position, lag: sum.lag + lag });
    }
    const nowMs = performance.now();
    return [...sums].flatMap(([consumer, { position, lag }]) => {
      const before = this.seen.get(consumer);
      const sinceMs = lag > 0 && before?.position === position ? before.sinceMs : nowMs;
      this.seen.set(consumer, { position, sinceMs });
      return nowMs - sinceMs < STANDSTILL_MS ? [] : [`${consumer} has ${lag} records before it and does not move`];
    });
  }
}

/** The service whose relay carries a partition: who writes the topic, or who parks into a dead-letter topic. */
const relayOf = (topic: string, partition: number): Service | undefined =>
  topic.endsWith('.parked') ? SERVICES[partition] : Object.values(TOPICS).find((row) => row.topic === topic)?.writer;
