import type { FireJudgedV1, IncidentV1, OrderV1, ResponseChangedV1, TransferTaskProgressedV1, WorkRecordV1 } from '@fengsui/contracts';
import { Consumes, type Batch } from '@fengsui/log';
import { Controller, Inject } from '@nestjs/common';
import { FactBook } from './fact-book.js';
import { partsOf } from './facts.js';
import { ReportingPlan } from './plan.js';

type Counted = IncidentV1 | WorkRecordV1 | FireJudgedV1 | ResponseChangedV1 | TransferTaskProgressedV1;

/** Everything that the report counts becomes facts. */
@Controller()
export class OnEvent {
  private readonly facts = new FactBook();

  constructor(@Inject(ReportingPlan) private readonly plan: ReportingPlan) {}

  /** What happened elsewhere, or nobody knows where, is kept and counts in no figure of the city. */
  @Consumes('reporting', 'incident.v1') incidents(events: readonly IncidentV1[], batch: Batch): Promise<void> {
    return this.book(
      events.filter(({ data }) => data.county !== null && this.plan.covers(data.county)),
      batch,
    );
  }
  @Consumes('reporting', 'work-record.v1') workRecords(events: readonly WorkRecordV1[], batch: Batch): Promise<void> {
    return this.book(events, batch);
  }
  @Consumes('reporting', 'fire-judged.v1') firesJudged(events: readonly FireJudgedV1[], batch: Batch): Promise<void> {
    return this.book(events, batch);
  }
  @Consumes('reporting', 'response-changed.v1') responses(events: readonly ResponseChangedV1[], batch: Batch): Promise<void> {
    return this.book(events, batch);
  }
  @Consumes('reporting', 'transfer-task-progressed.v1') transfers(
    events: readonly TransferTaskProgressedV1[],
    batch: Batch,
  ): Promise<void> {
    return this.book(events, batch);
  }

  /** An event recorded in error is withdrawn; the right one is fed anew. */
  @Consumes('reporting', 'order.v1')
  async corrections(orders: readonly OrderV1[], { tx }: Batch): Promise<void> {
    for (const order of orders) if (order.data.kind === 'correct') await this.facts.withdraw(tx, order.data.eventId, order);
  }

  private book(events: readonly Counted[], { tx }: Batch): Promise<void> {
    return this.facts.book(
      tx,
      events.map((event) => ({ event, parts: partsOf(event) })),
    );
  }
}
