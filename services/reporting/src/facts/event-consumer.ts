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
import { FactBook, type Booking } from './fact-book.js';
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
    await this.accidents.changed(await this.facts.book(unit.tx, events.map(bookingOf)), unit);
  }

  @Consumes('reporting', 'work-record.v1')
  workRecords(events: readonly WorkRecordV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  /** A fire that ended in another one is counted there. */
  @Consumes('reporting', 'fire-merged.v1')
  firesMerged(events: readonly FireMergedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'fire-parted.v1')
  firesParted(events: readonly FirePartedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'fire-judged.v1')
  firesJudged(events: readonly FireJudgedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'response-changed.v1')
  responses(events: readonly ResponseChangedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'transfer-task-progressed.v1')
  transfers(events: readonly TransferTaskProgressedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'obligation-met.v1')
  obligationsMet(events: readonly ObligationMetV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'obligation-dropped.v1')
  obligationsDropped(events: readonly ObligationDroppedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'call-started.v1')
  callsStarted(events: readonly CallStartedV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'call-step.v1')
  callSteps(events: readonly CallStepV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
  }

  @Consumes('reporting', 'call-answered.v1')
  callsAnswered(events: readonly CallAnsweredV1[], unit: UnitOfWork): Promise<void> {
    return this.book(events, unit);
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

  private async book(events: readonly Counted[], { tx }: UnitOfWork): Promise<void> {
    await this.facts.book(tx, events.map(bookingOf));
  }
}

const bookingOf = (event: Counted): Booking => ({ event, parts: partsOf(event) });
