import type { ReportWaitsV1 } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
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
      if ((await this.held(about, 'check', unit)).length > 0) return; // they are called again when they have not
      for (const { id: only } of await this.held(about, 'sign', unit))
        await this.calls.close({ about, only }, 'superseded', '另有新稿', ending, unit);
    } else await this.calls.answeredByDecision(about, by, ending, unit);
    if (waitsFor === 'nobody') return;
    const cause = CAUSE[waitsFor];
    const says = this.texts.report(event, unit.now);
    await this.calls.start({ id: `${cause}/${report}`, cause, about, says, causes: [event.id] }, unit);
  }

  /** Calls that somebody is rung for, or has promised to see to. */
  private held(about: string, waitsFor: keyof typeof CAUSE, { tx }: UnitOfWork): Promise<CallRow[]> {
    const of = { about, cause: CAUSE[waitsFor] };
    return tx.getRepository(CallRow).find({
      where: [
        { ...of, state: In(['ringing', 'unanswered']) },
        { ...of, state: 'answered', promisedUntil: Not(IsNull()) },
      ],
    });
  }
}
