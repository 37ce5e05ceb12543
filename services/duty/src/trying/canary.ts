import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, schedule, scheduled, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Channel } from '../delivery/channels/channel.js';
import { CHANNELS } from '../delivery/queue.js';
import { messageTo, WriteMessages } from '../delivery/write-messages.js';
import { OnWallTime } from '../on-wall-time.js';
import { DutyPlan } from '../plan.js';
import { SelfCheck } from '../self-check/self-check.js';
import { CallRow } from '../tables/tables.js';
import { callApart } from './call-apart.js';

const PROBE = 'probe';
const LOOK = 'probe-look';
/** So long a channel has for it. */
const LOOK_AFTER_MINUTES = 5;
/** After that nobody wants it any more. */
const WORTH_MINUTES = 60;

/**
 * A message by every channel at the plan's interval 通道自检, in fixed words that no event can make: one that does not go
 * out is a call by the others, before the channel is needed.
 */
@Injectable()
export class Canary implements OnApplicationBootstrap {
  constructor(
    private readonly wall: OnWallTime,
    private readonly plan: DutyPlan,
    private readonly messages: WriteMessages,
    private readonly selfCheck: SelfCheck,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { canary } = this.plan;
    if (this.channels.length === 0 || canary === undefined) return;
    // At the interval, however often it is started: a start alone writes to nobody.
    await this.wall.begin(async (tx, now) => {
      const known = await scheduled(tx, 'duty', [PROBE]);
      if (known.length === 0) await schedule(tx, 'duty', [probeAt(addMinutes(now, canary.everyMinutes))]);
    });
  }

  @Due('duty', PROBE)
  async probe(_jobs: readonly Job[], { tx, now }: UnitOfWork): Promise<void> {
    const { canary } = this.plan;
    if (canary === undefined) return;
    const id = `probe/${now}`;
    await insertRows(tx, CallRow, [probeCall(id, this.plan.ruleFor('probe'), now)], 'nothing');
    const ways = this.plan.waysTo(canary.person, this.channels).filter(({ contact }) => contact === 0);
    const says = { subject: SUBJECT, text: TEXT, code: null, codeEndsAt: addMinutes(now, WORTH_MINUTES) };
    const written = ways.map((way) => ({
      row: messageTo({ call: id, step: 1, person: canary.person, ...way }, now, says),
      urgent: false,
    }));
    await this.messages.write(written, tx, now);
    const look = { kind: LOOK, key: LOOK, dueAt: addMinutes(now, LOOK_AFTER_MINUTES), payload: { call: id } };
    await schedule(tx, 'duty', [look, probeAt(addMinutes(now, canary.everyMinutes))]);
  }

  @Due('duty', LOOK)
  async look([job]: readonly Job[], unit: UnitOfWork): Promise<void> {
    const sent = await rows<{ channel: string; good: boolean; note: string | null }>(
      unit.tx,
      `select channel, state in ('accepted', 'delivered') as good, note from duty.delivery where call = $1 order by channel`,
      [job?.payload['call']],
    );
    for (const { channel, good, note } of sent)
      if (good) await this.selfCheck.good(`channel/${channel}`, unit);
      else {
        const subject = `【通知方式不通】${channel}`;
        const text = `自检消息经${channel}未能发出（${note ?? '仍在等待'}）。\n经其通知的人员将改由其他方式通知，请尽快修复。`;
        await this.selfCheck.found(`channel/${channel}`, { subject, text }, unit);
      }
  }
}

const SUBJECT = '通知通道自检';
const TEXT = '这是自检消息，没有发生险情，无须应答。';

/** It is over as it begins: nobody answers it, and it never climbs. */
const probeCall = (id: string, reason: string, now: UtcInstant) =>
  callApart(
    {
      id,
      cause: 'probe',
      subject: SUBJECT,
      text: TEXT,
      reason,
      state: 'closed',
      closedReason: '自检消息，无须应答',
      dueAt: now,
    },
    now,
  );

const probeAt = (dueAt: UtcInstant): Job => ({ kind: PROBE, key: PROBE, dueAt, payload: {} });
