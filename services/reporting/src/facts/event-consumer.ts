import type {
  CallAnsweredV1,
  CallStartedV1,
  CallStepV1,
  FireJudgedV1,
  FireMergedV1,
  FirePartedV1,
  IncidentV1,
  ObligationDroppedV1,
  ObligationMetV1,
  OrderOf,
  OrderV1,
  ResponseChangedV1,
  TransferTaskProgressedV1,
  WorkRecordV1,
} from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes, done, Takes, type OrderResult } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { Accidents } from './accidents.js';
import type { SubjectRow } from '../tables/tables.js';
import { FactBook } from './fact-book.js';
import { partsOf, type Counted } from './facts.js';

/** Everything that the report counts becomes facts. */
@Controller()
export class EventConsumer {
  constructor(
    private readonly facts: FactBook,
    private readonly accidents: Accidents,
  ) {}

  /** What happened elsewhere, or nobody knows where, is kept and counts in no figure of the city. */
  @Consumes('reporting', 'incident.v1')
  async incidents(events: readonly IncidentV1[], unit: UnitOfWork): Promise<void> {
    await this.accidents.changed(await this.book(events, unit), unit);
  }

  @Consumes('reporting', 'work-record.v1')
  async workRecords(events: readonly WorkRecordV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  /** A fire that ended in another one is counted there. */
  @Consumes('reporting', 'fire-merged.v1')
  async firesMerged(events: readonly FireMergedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'fire-parted.v1')
  async firesParted(events: readonly FirePartedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'fire-judged.v1')
  async firesJudged(events: readonly FireJudgedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'response-changed.v1')
  async responses(events: readonly ResponseChangedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'transfer-task-progressed.v1')
  async transfers(events: readonly TransferTaskProgressedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'obligation-met.v1')
  async obligationsMet(events: readonly ObligationMetV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'obligation-dropped.v1')
  async obligationsDropped(events: readonly ObligationDroppedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'call-started.v1')
  async callsStarted(events: readonly CallStartedV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'call-step.v1')
  async callSteps(events: readonly CallStepV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  @Consumes('reporting', 'call-answered.v1')
  async callsAnswered(events: readonly CallAnsweredV1[], unit: UnitOfWork): Promise<void> {
    await this.book(events, unit);
  }

  /** An event recorded in error is withdrawn, also one that has not come yet; the right one is fed anew. */
  @Takes('reporting', 'correct', ({ data }) => data.eventId)
  async correct(order: OrderOf<'correct'>, unit: UnitOfWork): Promise<OrderResult> {
    const touched = await this.facts.withdraw(unit.tx, order.data.eventId, order as OrderV1);
    await this.accidents.changed(
      touched.filter(({ kind }) => kind === 'incident'),
      unit,
    );
    const subjects = touched.length;
    return done(
      subjects === 0
        ? 'no fact rests on it; it will not count when it comes'
        : `${subjects} facts are summed up without it`,
    );
  }

  private book(events: readonly Counted[], { tx }: UnitOfWork): Promise<readonly SubjectRow[]> {
    return this.facts.book(
      tx,
      events.map((event) => ({ event, parts: partsOf(event) })),
    );
  }
}
