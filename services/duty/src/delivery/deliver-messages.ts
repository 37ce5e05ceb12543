import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, schedule, type Job, type Tx } from '@fengsui/database';
import { DueOutside, type OutsideUnit } from '@fengsui/service';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DutyPlan } from '../plan.js';
import { DeliveryRow } from '../tables/tables.js';
import { SINK, type Channel, type Message } from './channels/channel.js';
import { CHANNELS, deliverAt } from './queue.js';

/** Tries before a delivery is given up; the call has climbed on long before. */
const MAX_ATTEMPTS = 6;
/** Between two tries: doubled each time. */
const FIRST_RETRY_MINUTES = 0.1;

type Pending = Readonly<{
  key: string;
  call: string;
  step: number;
  person: string;
  channel: string;
  attempts: number;
  subject: string;
  text: string;
  urgent: boolean;
  ringing: boolean;
  code: string | null;
}>;

/**
 * Hands messages to their channels, outside of any transaction. Each channel has a queue of its own, so one that
 * hangs holds up no other; each message is a job of its own, so none is repeated because its neighbour failed.
 */
@Injectable()
export class DeliverMessages {
  private readonly logger = new Logger('duty');

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: DutyPlan,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  /** One queue a channel, and one for what no channel takes. */
  get queues(): readonly string[] {
    return [...this.channels.map(({ name }) => name), SINK];
  }

  @DueOutside('duty', 'deliver', (self: DeliverMessages) => self.queues)
  async deliver({ key }: Job, { now, finish }: OutsideUnit): Promise<void> {
    const pending = await this.pending(key);
    if (pending === null) return;
    // Answered meanwhile: nobody is called for what is over.
    if (!pending.ringing && pending.channel !== SINK)
      return finish(({ tx }) => write(tx, pending, { state: 'withdrawn', doneAt: now }));
    try {
      await this.send(pending);
    } catch (error) {
      return finish(({ tx }) => this.failed(tx, pending, error, now));
    }
    const state = pending.channel === SINK ? 'shown' : 'sent';
    return finish(({ tx }) => write(tx, pending, { state, doneAt: now }));
  }

  private pending(key: string): Promise<Pending | null> {
    return one<Pending>(
      this.db,
      `select d.key, d.call, d.step, d.person, d.channel, d.attempts, c.subject, c.text, c.urgent, c.state = 'ringing' as ringing, d.code
       from duty.delivery d join duty.call c on c.id = d.call where d.key = $1 and d.state = 'pending'`,
      [key],
    );
  }

  private async send({ key, call, step, person, channel, subject, text, urgent, code }: Pending): Promise<void> {
    const known = this.plan.people.get(person);
    const name = known?.name ?? person;
    const message: Message = { key, call, step, person, name, mail: known?.mail ?? null, subject, text, urgent, code };
    const by = this.channels.find((one) => one.name === channel);
    if (by !== undefined) return by.send(message);
    if (!(await this.clock.isVirtual())) this.logger.warn(`would call ${name}: ${subject}`);
  }

  /** The attempt is counted; after the last one the delivery is given up, and seen to be. */
  private async failed(tx: Tx, pending: Pending, error: unknown, now: UtcInstant): Promise<void> {
    const note = String((error as Error)?.message ?? error);
    this.logger.error(`${pending.channel}: ${pending.key}: ${note}`);
    const last = pending.attempts + 1 >= MAX_ATTEMPTS;
    await write(tx, pending, last ? { state: 'failed', note } : { note });
    const again = addMinutes(now, FIRST_RETRY_MINUTES * 2 ** pending.attempts);
    if (!last) await schedule(tx, `duty/${pending.channel}`, [deliverAt(pending.key, again)]);
  }
}

async function write(tx: Tx, { key, attempts }: Pending, what: Partial<DeliveryRow>): Promise<void> {
  await tx.getRepository(DeliveryRow).update({ key }, { ...what, attempts: attempts + 1 });
}
