import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertReturning, rows, type Tx } from '@fengsui/database';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Step } from '@fengsui/rules';
import { newCode } from '../calls/codes.js';
import { DutyPlan, type WayTo } from '../plan.js';
import { DeliveryRow, type CallRow } from '../tables/tables.js';
import { SINK, type Channel } from './channels/channel.js';
import { CHANNELS, deliver } from './queue.js';
import { classOf, sinkOf, type Surroundings } from './standing.js';

/** Messages an hour to one person about one call: more wake nobody who slept through these. */
const MOST_AN_HOUR = 12;
/** Below so many steps nobody can have had as many. */
const STEPS_FOR_MOST = 4;

/** Whom a step of a call rings. */
export type Ringing = Readonly<{
  call: Pick<CallRow, 'id' | 'cause' | 'urgent' | 'stepsCalled'>;
  step: Pick<Step, 'channels' | 'inTurn'>;
  number: number;
  people: readonly string[];
}>;
type Written = Readonly<{
  row: Partial<DeliveryRow> & Pick<DeliveryRow, 'key' | 'channel' | 'person'>;
  urgent: boolean;
}>;

/**
 * Writes messages before anything leaves, one key a call, step, person and channel. What must not leave (`sinkOf`) is
 * shown.
 */
@Injectable()
export class WriteMessages {
  private readonly logger = new Logger('duty');

  constructor(
    private readonly clock: Clock,
    private readonly plan: DutyPlan,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  /** Whether anything that is configured leads to a person; where nothing is, everybody is shown. */
  reaches(person: string): boolean {
    return this.channels.length === 0 || this.plan.waysTo(person, this.channels).length > 0;
  }

  /** Rings the people of steps, all at once. */
  async ring(ringing: readonly Ringing[], tx: Tx, now: UtcInstant): Promise<void> {
    const around = { virtual: await this.clock.isVirtual(), exerciseChannels: this.plan.exerciseChannels };
    const had = await this.hadLately(ringing, tx, now, around.virtual);
    const written = ringing.flatMap(({ call, step, number, people }) =>
      people.flatMap((person) => {
        const left = MOST_AN_HOUR - (had.get(`${call.id} ${person}`) ?? 0);
        return this.waysTo(person, step, call, around)
          .slice(0, Math.max(0, left))
          .map(({ name, channel, contact, note }): Written => {
            // Its key names the channel that the step names, also where it is only shown.
            const to = { call: call.id, step: number, person, channel: name, contact };
            return { row: { ...messageTo(to, now), channel, note }, urgent: call.urgent };
          });
      }),
    );
    await this.write(written, tx, now);
  }

  /**
   * Rows that are new, and their jobs. What was written under the same key is there already; what leads to nobody is
   * shown from the moment that it is written.
   */
  async write(messages: readonly Written[], tx: Tx, now: UtcInstant): Promise<void> {
    const fresh = await insertReturning(
      tx,
      DeliveryRow,
      messages.map(({ row }) => ({
        ...row,
        ...(row.channel === SINK ? { state: 'shown' as const, doneAt: now } : { doneAt: null }),
      })),
      'nothing',
    );
    const keys = new Set(fresh.map(({ key }) => key));
    const written = messages.filter(({ row }) => keys.has(row.key));
    const queued = written.filter(({ row }) => row.channel !== SINK);
    const shownOnly = written.filter(({ row }) => row.channel === SINK);
    if (shownOnly.length > 0 && !(await this.clock.isVirtual()))
      for (const { row } of shownOnly) this.logger.warn(`would call ${this.plan.nameOf(row.person)}: ${row.key}`);
    await deliver(
      tx,
      queued.map(({ row: { key, channel, person }, urgent }) => ({ key, channel, person, urgent })),
      now,
    );
  }

  private waysTo(
    person: string,
    step: Ringing['step'],
    { cause, urgent }: Ringing['call'],
    around: Surroundings,
  ): readonly Way[] {
    if (around.virtual) return step.channels.map(shown(VIRTUAL));
    return this.waysOf(person, step, urgent).map((way) =>
      way.channel === SINK || sinkOf(classOf(cause), way.channel, around) === 'channel'
        ? way
        : shown(EXERCISE)(way.name),
    );
  }

  /**
   * By which of the channels of a step a person is rung: all, or the first of them; where none of them leads to them,
   * by whatever does. What is not configured is shown.
   */
  private waysOf(
    person: string,
    { channels, inTurn }: Pick<Step, 'channels' | 'inTurn'>,
    urgent: boolean,
  ): readonly Way[] {
    const known = this.plan.waysTo(person, this.channels, urgent);
    const own = this.plan.prefersOf(person, urgent);
    const inOrder = [...channels].sort((a, b) => placeIn(own, a) - placeIn(own, b));
    const led = inOrder.flatMap((name) => known.find(({ channel }) => channel === name) ?? []).map(wayOf);
    const missing = channels.filter((name) => !this.channels.some((one) => one.name === name));
    const instead = led.length === 0 && known[0] !== undefined ? [wayOf(known[0])] : led;
    return [...(inTurn ? instead.slice(0, 1) : instead), ...missing.map(shown((name) => `${name} is not configured`))];
  }

  /** What was only shown woke nobody; where a demonstration plays, it stands for what would have. */
  private async hadLately(
    ringing: readonly Ringing[],
    tx: Tx,
    now: UtcInstant,
    virtual: boolean,
  ): Promise<ReadonlyMap<string, number>> {
    const long = ringing.filter(({ call }) => call.stepsCalled >= STEPS_FOR_MOST).map(({ call }) => call.id);
    if (long.length === 0) return new Map();
    const found = await rows<{ call: string; person: string; n: number }>(
      tx,
      `select call, person, count(*)::int as n from duty.delivery
       where call = any($1) and created_at > $2 and channel <> $3 group by call, person`,
      [long, addMinutes(now, -60), virtual ? '' : SINK],
    );
    return new Map(found.map(({ call, person, n }) => [`${call} ${person}`, n]));
  }
}

/** What a person prefers goes first; the others stay as the step has them. */
const placeIn = (own: readonly string[], channel: string): number =>
  own.includes(channel) ? own.indexOf(channel) : own.length;

type Way = Readonly<{ name: string; channel: string; contact: number; note: string | null }>;

const VIRTUAL = (name: string): string => `demonstration: ${name} was not used`;
const EXERCISE = (name: string): string => `exercise: ${name} is no channel of exercises`;
const shown =
  (why: (name: string) => string) =>
  (name: string): Way => ({ name, channel: SINK, contact: 0, note: why(name) });
const wayOf = ({ channel, contact }: WayTo): Way => ({ name: channel, channel, contact, note: null });

/** A message as it is written, before anything of it leaves. @param says a code to answer by, or words of its own */
export const messageTo = <T extends MessageTo, S extends object = ReturnType<typeof newCode>>(
  to: T,
  now: UtcInstant,
  says: S = newCode(now) as never,
) => ({ ...to, key: keyOf(to), state: 'queued' as const, createdAt: now, ...says });
type MessageTo = Pick<DeliveryRow, 'call' | 'step' | 'person' | 'channel' | 'contact'>;

/** One key a call, step, person and channel. */
export const keyOf = ({ call, step, person, channel, contact }: MessageTo): string =>
  `${call}/${step}/${person}/${channel}${contact > 0 ? `#${contact + 1}` : ''}`;
