import { ordersDesk } from '@fengsui/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { AnswerPage } from './answer-page.js';
import { CallMetrics } from './call-metrics.js';
import { Answering } from './calls/answering.js';
import { Calls } from './calls/calls.js';
import { Climbing } from './calls/climbing.js';
import { Notices } from './calls/notices.js';
import { Bundles } from './decisions/bundles.js';
import { SilentGauges } from './decisions/silent-gauges.js';
import { CallTexts } from './decisions/call-texts.js';
import { Gathering } from './decisions/gathering.js';
import { DecisionConsumer } from './decisions/decision-consumer.js';
import { channelsOf, type ChannelSettings } from './delivery/channels/configured.js';
import { DeliverMessages } from './delivery/deliver-messages.js';
import { DeliveryReports } from './delivery/delivery-reports.js';
import { Heartbeat, HEARTBEAT_URL } from './delivery/heartbeat.js';
import { LiveStart } from './delivery/live-start.js';
import { CHANNELS, PUBLIC_URL } from './delivery/queue.js';
import { WriteMessages } from './delivery/write-messages.js';
import { DutyHttp } from './http.js';
import { OnWallTime } from './on-wall-time.js';
import { DutyPlan } from './plan.js';
import { DutyQuery } from './query.js';
import { Handovers } from './roster/handovers.js';
import { RosterChanges } from './roster/roster-changes.js';
import { DutyChecks } from './self-check/duty-checks.js';
import { ReportsWaiting } from './paperwork/reports-waiting.js';
import { FiguresChecked } from './self-check/figures-checked.js';
import { RosterCheck } from './self-check/roster-check.js';
import { SelfCheck } from './self-check/self-check.js';
import { Canary } from './trying/canary.js';
import { ContactTests } from './trying/contact-tests.js';
import { Exercises } from './trying/exercises.js';
import { DutyOrder } from './tables/tables.js';

@Module({})
export class DutyModule {
  static of(plan: DutyPlan, settings: ChannelSettings): DynamicModule {
    return {
      module: DutyModule,
      controllers: [DecisionConsumer, FiguresChecked, ReportsWaiting, DeliveryReports, DutyHttp, AnswerPage],
      providers: [
        { provide: DutyPlan, useValue: plan },
        { provide: CHANNELS, useValue: channelsOf(settings) },
        { provide: PUBLIC_URL, useValue: settings.FENGSUI_PUBLIC_URL ?? null },
        ordersDesk('duty', DutyOrder, plan.answerWaitsMinutes),
        Calls,
        Climbing,
        Answering,
        Notices,
        WriteMessages,
        CallTexts,
        Gathering,
        Bundles,
        SilentGauges,
        DeliverMessages,
        LiveStart,
        { provide: HEARTBEAT_URL, useValue: settings.HEARTBEAT_URL ?? null },
        Heartbeat,
        CallMetrics,
        OnWallTime,
        RosterChanges,
        Handovers,
        Exercises,
        ContactTests,
        Canary,
        SelfCheck,
        RosterCheck,
        DutyChecks,
        DutyQuery,
      ],
      exports: [DutyQuery],
    };
  }
}
