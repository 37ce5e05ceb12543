import { Clock } from '@fengsui/database';
import type { Settings } from '@fengsui/settings';
import { Module, type DynamicModule } from '@nestjs/common';
import { Calls } from './calls.js';
import type { Channel } from './channels/channel.js';
import { MailChannel } from './channels/mail.js';
import { WebhookChannel } from './channels/webhook.js';
import { CHANNELS, Delivery } from './delivery.js';
import { DutyJobs } from './jobs.js';
import { OnDecision } from './on-decision.js';
import { OnOrder } from './on-order.js';
import { DutyPlan } from './plan.js';
import { DutyQuery } from './query.js';

@Module({})
export class DutyModule {
  static of(plan: DutyPlan, settings: Pick<Settings, 'MAIL_SMTP_URL' | 'MAIL_FROM' | 'WEBHOOK_URL'>): DynamicModule {
    const channels = channelsOf(settings);
    const names = new Set(channels.map(({ name }) => name));
    return {
      module: DutyModule,
      controllers: [OnDecision, OnOrder, DutyQuery],
      providers: [
        { provide: DutyPlan, useValue: plan },
        { provide: CHANNELS, useValue: channels },
        { provide: Calls, inject: [Clock], useFactory: (clock: Clock) => new Calls(plan, clock, names) },
        Delivery,
        DutyJobs,
        DutyQuery,
      ],
      exports: [DutyQuery],
    };
  }
}

const channelsOf = ({
  MAIL_SMTP_URL,
  MAIL_FROM,
  WEBHOOK_URL,
}: Pick<Settings, 'MAIL_SMTP_URL' | 'MAIL_FROM' | 'WEBHOOK_URL'>): readonly Channel[] => [
  ...(MAIL_SMTP_URL === undefined || MAIL_FROM === undefined ? [] : [new MailChannel(MAIL_SMTP_URL, MAIL_FROM)]),
  ...(WEBHOOK_URL === undefined ? [] : [new WebhookChannel(WEBHOOK_URL)]),
];
