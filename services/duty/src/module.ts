import { fileOf, type Settings } from '@fengsui/settings';
import { ordersDesk } from '@fengsui/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { Calls } from './calls/calls.js';
import { Bundles } from './decisions/bundles.js';
import { SilentGauges } from './decisions/silent-gauges.js';
import { DecisionConsumer } from './decisions/decision-consumer.js';
import type { Channel } from './delivery/channels/channel.js';
import { MailChannel } from './delivery/channels/mail.js';
import { WebhookChannel } from './delivery/channels/webhook.js';
import { DeliverMessages } from './delivery/deliver-messages.js';
import { CHANNELS } from './delivery/queue.js';
import { DutyHttp } from './http.js';
import { DutyPlan } from './plan.js';
import { DutyQuery } from './query.js';
import { DutyOrder } from './tables/tables.js';

type ChannelSettings = Pick<Settings, 'MAIL_SMTP_URL' | 'MAIL_FROM' | 'MAIL_TLS' | 'MAIL_TLS_CA' | 'WEBHOOK_URL'>;

@Module({})
export class DutyModule {
  static of(plan: DutyPlan, settings: ChannelSettings): DynamicModule {
    return {
      module: DutyModule,
      controllers: [DecisionConsumer, DutyHttp],
      providers: [
        { provide: DutyPlan, useValue: plan },
        { provide: CHANNELS, useValue: channelsOf(settings) },
        ordersDesk('duty', DutyOrder, plan.answerWaitsMinutes),
        Calls,
        Bundles,
        SilentGauges,
        DeliverMessages,
        DutyQuery,
      ],
      exports: [DutyQuery],
    };
  }
}

const channelsOf = ({
  MAIL_SMTP_URL,
  MAIL_FROM,
  MAIL_TLS,
  MAIL_TLS_CA,
  WEBHOOK_URL,
}: ChannelSettings): readonly Channel[] => [
  ...(MAIL_SMTP_URL === undefined || MAIL_FROM === undefined
    ? []
    : [
        new MailChannel({
          url: MAIL_SMTP_URL,
          from: MAIL_FROM,
          tls: MAIL_TLS,
          authority: MAIL_TLS_CA === undefined ? null : fileOf('MAIL_TLS_CA', MAIL_TLS_CA),
        }),
      ]),
  ...(WEBHOOK_URL === undefined ? [] : [new WebhookChannel(WEBHOOK_URL)]),
];
