import { Clock, rows } from '@fengsui/database';
import { lateSeconds } from './calls/lateness.js';
import { metrics } from '@fengsui/service';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';

type Counted = Readonly<{ name: string; n: number }>;
type Figures = Readonly<{
  calls: readonly Counted[];
  messages: readonly Counted[];
  answered: readonly Counted[];
  lateSeconds: number;
}>;
const NONE: Figures = { calls: [], messages: [], answered: [], lateSeconds: 0 };

/** Asks the database, while duty runs here. */
let ask: () => Promise<Figures> = async () => NONE;
let asking: Promise<Figures> | null = null;
/** The gauges are collected at once: they ask once. */
const figures = (): Promise<Figures> => (asking ??= ask().finally(() => (asking = null)));

const gauge = (name: string, help: string, label: string, of: (found: Figures) => readonly Counted[]): void => {
  const made = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [metrics],
    async collect() {
      made.reset();
      for (const { name: value, n } of of(await figures())) made.set({ [label]: value }, n);
    },
  });
};
gauge('fengsui_calls_open', 'Calls that ring, and calls that nobody answered', 'state', ({ calls }) => calls);
gauge(
  'fengsui_messages_waiting',
  'Messages that were not taken yet, by channel',
  'channel',
  ({ messages }) => messages,
);
gauge(
  'fengsui_call_minutes_to_answer',
  'Minutes from the start of a call to its answer, of the calls of the last day',
  'quantile',
  ({ answered }) => answered,
);
const late = new Gauge({
  name: 'fengsui_call_step_late_seconds',
  help: 'By how much the step of an open call that should have come first is late',
  registers: [metrics],
  async collect() {
    late.set((await figures()).lateSeconds);
  },
});

/** Calls and messages as metrics: an open call whose step does not come is seen from outside. */
@Injectable()
export class CallMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    ask = () => this.figures();
  }

  onApplicationShutdown(): void {
    ask = async () => NONE;
  }

  private async figures(): Promise<Figures> {
    const calls = await rows<Counted>(
      this.db,
      `select state as name, count(*)::int as n from duty.call where state in ('ringing', 'unanswered') group by state`,
    );
    const messages = await rows<Counted>(
      this.db,
      `select channel as name, count(*)::int as n from duty.delivery where state in ('queued', 'attempt') group by channel`,
    );
    const now = await this.clock.now();
    const answered = await rows<Counted>(
      this.db,
      `select q.name, m.minutes[q.at] as n from (
         select percentile_cont(array[0.5, 0.9]) within group (order by extract(epoch from answered_at - started_at)::float8 / 60) as minutes
         from duty.call where answered_at > $1::timestamptz - interval '1 day') m,
         (values ('0.5', 1), ('0.9', 2)) q(name, at) where m.minutes is not null order by 1`,
      [now],
    );
    return { calls, messages, answered, lateSeconds: await lateSeconds(this.db, now) };
  }
}
