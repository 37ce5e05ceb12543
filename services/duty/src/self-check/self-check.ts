import type { UnitOfWork } from '@fengsui/log';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Calls } from '../calls/calls.js';
import type { CallText } from '../decisions/templates.js';
import { CallRow } from '../tables/tables.js';

/** Something of duty itself that would not work when it is needed 自检, as one call that stays until it does. */
@Injectable()
export class SelfCheck {
  constructor(private readonly calls: Calls) {}

  /** @param what has it: `roster`, `channel/mail`; one call each, however often it is found */
  async found(what: string, says: CallText, unit: UnitOfWork): Promise<void> {
    const about = aboutOf(what);
    const known = await unit.tx
      .getRepository(CallRow)
      .findBy({ about, state: In(['ringing', 'unanswered', 'answered']) });
    const changed = known.some(({ text }) => text !== says.text);
    if (known.length === 0) {
      const id = `${about}/${unit.now}`;
      await this.calls.start({ id, cause: 'self-check', about, says, causes: [] }, unit);
    } else if (changed) await this.calls.again(about, { says, event: `${about}/${unit.now}` }, unit);
  }

  /** It is as it should be again. */
  async good(what: string, unit: UnitOfWork): Promise<void> {
    const { now } = unit;
    const about = aboutOf(what);
    await this.calls.close(about, 'superseded', '自检已恢复', { at: now, now, causes: [] }, unit);
    // What somebody answered is over, too: the same another day is another call.
    const over = { state: 'closed' as const, closedReason: '自检已恢复' };
    await unit.tx.getRepository(CallRow).update({ about, state: 'answered' }, over);
  }
}

const aboutOf = (what: string): string => `self-check/${what}`;
