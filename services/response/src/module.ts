import { TouchingThread } from '@fengsui/regions';
import { ordersDesk } from '@fengsui/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { EvidenceStore } from './evidence/evidence.js';
import { LocateWarning } from './evidence/locate-warning.js';
import { OtherEvidence } from './evidence/other-evidence.js';
import { RainStore } from './evidence/rain-store.js';
import { ReadingConsumer } from './evidence/reading-consumer.js';
import { WarningConsumer } from './evidence/warning-consumer.js';
import { ResponseHttp } from './http.js';
import { EmergencyPeriods } from './levels/emergency-periods.js';
import { Items } from './levels/items.js';
import { LevelOrders } from './levels/level-orders.js';
import { LevelStates } from './levels/level-state.js';
import { Notices } from './levels/notices.js';
import { ProposeLevel } from './levels/propose-level.js';
import { FireConsumer, FireReports } from './obligations/fire-consumer.js';
import { IncidentConsumer } from './obligations/incident-consumer.js';
import { LevelObligations } from './obligations/level-obligations.js';
import { Obligations } from './obligations/obligations.js';
import { ResponsePlan } from './plan.js';
import { ResponseQuery } from './query.js';
import { ResponseOrder } from './tables/tables.js';
import { LedgerConsumer } from './transfers/ledger-consumer.js';
import { Ledgers } from './transfers/ledgers.js';
import { ProgressReports } from './transfers/progress-reports.js';
import { TaskDeadlines } from './transfers/task-deadlines.js';
import { TransferTasks } from './transfers/transfer-tasks.js';

@Module({})
export class ResponseModule {
  static of(plan: ResponsePlan): DynamicModule {
    return {
      module: ResponseModule,
      controllers: [WarningConsumer, ReadingConsumer, LedgerConsumer, IncidentConsumer, FireConsumer, ResponseHttp],
      providers: [
        { provide: ResponsePlan, useValue: plan },
        ordersDesk('response', ResponseOrder, plan.orderWaitsMinutes),
        { provide: TouchingThread, useFactory: () => new TouchingThread(plan.counties) },
        EvidenceStore,
        RainStore,
        OtherEvidence,
        Items,
        LocateWarning,
        LevelStates,
        ProposeLevel,
        Notices,
        LevelOrders,
        EmergencyPeriods,
        FireReports,
        Obligations,
        LevelObligations,
        Ledgers,
        TransferTasks,
        ProgressReports,
        TaskDeadlines,
        ResponseQuery,
      ],
      exports: [ResponseQuery],
    };
  }
}
