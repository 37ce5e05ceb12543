import type { EventOf, UtcInstant } from '@fengsui/contracts';
import { one } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Injectable } from '@nestjs/common';
import { In, Like } from 'typeorm';
import { Calls } from '../calls/calls.js';
import { CallRow } from '../tables/tables.js';
import { BETWEEN_GAUGES, CallTexts } from './call-texts.js';

const ABOUT = 'gauges-silent/';
type Silent = EventOf<'gauge-silent.v1'>;
type Heard = EventOf<'gauge-heard.v1'>;

/** Gauges that fall silent at one moment are one call: a broken line takes all of them, and is one thing to look at. */
@Injectable()
export class SilentGauges {
  constructor(
    private readonly calls: Calls,
    private readonly texts: CallTexts,
  ) {}

  async silent(events: readonly Silent[], unit: UnitOfWork): Promise<void> {
    const moments = new Set(events.map(({ occurredAt }) => occurredAt));
    for (const moment of moments)
      await this.callFor(
        moment,
        events.filter(({ occurredAt }) => occurredAt === moment),
        unit,
      );
  }

  /** Those of one moment come on several partitions at once: one begins the call, the later ones join it. */
  private async callFor(moment: UtcInstant, events: readonly Silent[], unit: UnitOfWork): Promise<void> {
    const id = `${ABOUT}${moment}`;
    await one(unit.tx, 'select pg_advisory_xact_lock(hashtext($1))', [id]);
    const known = await unit.tx.getRepository(CallRow).findOneBy({ id });
    const fresh = events.filter((event) => known?.causes.includes(event.id) !== true);
    const lines = [...linesOf(known), ...fresh.map(({ data }) => data.reason)];
    const says = this.texts.gauges(lines, moment, unit.now);
    const causes = fresh.map((event) => event.id);
    if (known === null) await this.calls.start({ id, cause: 'source-silent', about: id, says, causes }, unit);
    else for (const cause of causes) await this.calls.reword(id, says, cause, unit);
  }

  /** Whoever has them all again needs nobody any more; of some, the call goes on about the others. */
  async heard({ id, occurredAt, data: { station } }: Heard, unit: UnitOfWork): Promise<void> {
    const ringing = await unit.tx.getRepository(CallRow).find({
      where: { about: Like(`${ABOUT}%`), state: In(['ringing', 'unanswered']) },
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    for (const call of ringing) {
      const known = linesOf(call);
      const left = call.causes
        .map((cause, n) => ({ cause, line: known[n] ?? '' }))
        .filter(({ cause }) => !cause.startsWith(`gauge-silent/${station}/`));
      if (left.length === call.causes.length) continue;
      if (left.length === 0) {
        const ending = { at: occurredAt, now: unit.now, causes: [id] };
        await this.calls.close(call.about, 'source-heard', '测站已有新读数', ending, unit);
        continue;
      }
      const lines = left.map(({ line }) => line);
      const { subject, text } = this.texts.gauges(lines, call.startedAt, unit.now);
      const causes = left.map(({ cause }) => cause);
      await unit.tx.getRepository(CallRow).update({ id: call.id }, { subject, text, causes });
    }
  }
}

/** What such a call says of each gauge, in the order of its causes. */
const linesOf = (call: Pick<CallRow, 'text'> | null): string[] =>
  call === null ? [] : (/^哪里：(.*)$/m.exec(call.text)?.[1] ?? '').split(BETWEEN_GAUGES).filter((line) => line !== '');
