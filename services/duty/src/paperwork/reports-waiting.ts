import type { ReportWaitsV1 } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Calls } from '../calls/calls.js';
import { CallTexts } from '../decisions/call-texts.js';
import { CallRow } from '../tables/tables.js';

const CAUSE = { check: 'report-check', sign: 'report-sign' } as const;

/**
 * A draft that nobody checks or signs is sent to nobody: whoever has to is called, by day, until they have done it. A
 * newer version of a draft is the same matter, and calls nobody anew.
 */
@Controller()
export class ReportsWaiting {
  constructor(
    private readonly calls: Calls,
    private readonly texts: CallTexts,
  ) {}

  @Consumes('duty', 'report-waits.v1')
  async waits(events: readonly ReportWaitsV1[], unit: UnitOfWork): Promise<void> {
    for (const event of events) await this.wait(event, unit);
  }

  private async wait(event: ReportWaitsV1, unit: UnitOfWork): Promise<void> {
    const { matter, report, waitsFor, by } = event.data;
    const about = `report/${matter}`;
    const ending = { at: event.occurredAt, now: unit.now, causes: [event.id] };
    if (waitsFor === 'check') {
      const says = this.texts.report(event, unit.now);
      if (await this.calls.reword(about, says, event.id, unit, [CAUSE.check])) return;
      if (await this.isPromised(about, unit)) return;
      await this.calls.close(about, 'superseded', '另有新稿', ending, unit);
    } else await this.calls.answeredByDecision(about, by, ending, unit);
    if (waitsFor === 'nobody') return;
    const cause = CAUSE[waitsFor];
    const says = this.texts.report(event, unit.now);
    await this.calls.start({ id: `${cause}/${report}`, cause, about, says, causes: [event.id] }, unit);
  }

  /** Somebody has said that they will check it: they are called again when they have not. */
  private isPromised(about: string, { tx }: UnitOfWork): Promise<boolean> {
    const where = { about, cause: CAUSE.check, state: 'answered' as const, promisedUntil: Not(IsNull()) };
    return tx.getRepository(CallRow).existsBy(where);
  }
}
