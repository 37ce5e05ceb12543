import type { EventOf, UtcInstant } from '@fengsui/contracts';
import { insertReturning, one } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { Ending } from '../calls/call-events.js';
import { Calls } from '../calls/calls.js';
import { CallRow, GatheredRow } from '../tables/tables.js';
import { CallTexts } from './call-texts.js';
import { itemsOf } from './gathering.js';

const CAUSE = 'source-silent';
type Silent = EventOf<'gauge-silent.v1'>;
type Heard = EventOf<'gauge-heard.v1'>;
const aboutOf = (station: string): string => `gauge/${station}`;

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
    const { tx, now } = unit;
    const id = `gauges-silent/${moment}`;
    await one(tx, 'select pg_advisory_xact_lock(hashtext($1))', [id]);
    const rows = events.map(({ id: event, data: { station, reason } }) => {
      return {
        id: event,
        cause: CAUSE,
        about: aboutOf(station),
        call: id,
        subject: '',
        text: reason,
        event,
        at: moment,
      } as const;
    });
    const fresh = (await insertReturning(tx, GatheredRow, rows, 'nothing')).flatMap((row) => row.id ?? []);
    const says = this.texts.gauges(reasonsOf(await itemsOf(tx, id)), moment, now);
    if (await tx.getRepository(CallRow).existsBy({ id }))
      for (const cause of fresh) await this.calls.reword(id, says, cause, unit);
    else await this.calls.start({ id, cause: CAUSE, about: id, says, causes: fresh }, unit);
  }

  /** Whoever has them all again needs nobody any more; of some, the call goes on about the others. */
  async heard({ id, occurredAt, data: { station } }: Heard, unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const back = await tx.getRepository(GatheredRow).findBy({ about: aboutOf(station), doneBy: IsNull() });
    // Locked before it is asked what is left: of two gauges that are heard at once the second sees the first.
    const open = await tx.getRepository(CallRow).find({
      where: { id: In(back.map(({ call }) => call)), state: In(['ringing', 'unanswered']) },
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    await tx.getRepository(GatheredRow).update({ id: In(back.map((row) => row.id)) }, { doneBy: id });
    for (const call of open) await this.goesOn(call, { at: occurredAt, now, causes: [id] }, unit);
  }

  private async goesOn({ id, about, startedAt }: CallRow, ending: Ending, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    const left = await itemsOf(tx, id);
    if (left.length === 0) return this.calls.close(about, 'source-heard', '测站已有新读数', ending, unit);
    const { subject, text } = this.texts.gauges(reasonsOf(left), startedAt, unit.now);
    await tx.getRepository(CallRow).update({ id }, { subject, text, causes: left.map(({ event }) => event) });
  }
}

const reasonsOf = (gauges: readonly GatheredRow[]): readonly string[] => gauges.map(({ text }) => text);
