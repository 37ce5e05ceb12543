import { addMinutes, type OrderOf } from '@fengsui/contracts';
import { insertReturning, schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { Owed } from '@fengsui/rules';
import { done, Due, OrdersDesk, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { ResponsePlan } from '../plan.js';
import { ObligationRow } from '../tables/tables.js';
import { doneBy, isDated, obligationDropped, obligationMet, obligationOverdue } from './obligation-events.js';

/** To whom something is owed, and in what: a response from its start to its end, a notice, an incident. */
export type About = Readonly<{ authority: string; about: string }>;

/** What somebody owes by a time: from when it is owed until it is done, or needed no more. */
@Injectable()
export class Obligations {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly desk: OrdersDesk,
  ) {}

  /** What is owed already stays as it is. */
  async owe(owed: readonly Owed[], { authority, about }: About, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    const written = owed.map(({ owner, ...one }) => ({
      ...one,
      owner: owner.id,
      ownerName: owner.name,
      authority,
      about,
    }));
    const fresh = await insertReturning(tx, ObligationRow, written, 'nothing');
    const begun = new Set(fresh.map(({ matter }) => matter));
    const matters = new Map(owed.flatMap(({ matter, dueAt }) => (begun.has(matter) ? [[matter, dueAt] as const] : [])));
    await schedule(
      tx,
      'response',
      [...matters].flatMap(([matter, dueAt]) =>
        dueAt === null ? [] : [{ kind: DEADLINE, key: matter, dueAt, payload: {} }],
      ),
    );
    await this.desk.targetsKnown([...matters.keys()], unit);
  }

  /** Somebody did what they owe, or several did: signed for it, reported, took the step. */
  @Takes('response', 'fulfil', ({ data }) => data.matter)
  async fulfil(order: OrderOf<'fulfil'>, unit: UnitOfWork): Promise<OrderResult> {
    const { matter, owners } = order.data;
    const all = await lockMatter(unit.tx, matter);
    if (all.length === 0) return targetUnknown(`没有这个事项 / nothing is owed as ${matter}`);
    const strangers = owners.filter((owner) => !all.some((row) => row.owner === owner));
    if (strangers.length > 0)
      return rejected(
        `${strangers.join('、')} 不在该事项之列 / owe nothing of it; ${all.map(({ owner }) => owner).join(' ')}`,
      );
    const meant = all.filter(({ owner, state }) => state === 'open' && (owners.length === 0 || owners.includes(owner)));
    if (meant.length === 0) return rejected('已办结 / it was done already, or is needed no more');
    await this.meet(all, meant, doneBy(order), unit);
    return done(meant.map(({ ownerName, words }) => `${ownerName}：${words}`).join('；'));
  }

  /** What has been done without an order: a report of an incident came in. */
  async metBy(matter: string, by: Parameters<typeof obligationMet>[2], unit: UnitOfWork): Promise<void> {
    const all = await lockMatter(unit.tx, matter);
    await this.meet(
      all,
      all.filter(({ state }) => state === 'open'),
      by,
      unit,
    );
  }

  /** Matters of a fire, a response or an incident that nobody needed any more. */
  async droppedOf(about: string, tx: Tx): Promise<readonly string[]> {
    const found = await tx.getRepository(ObligationRow).findBy({ about, state: 'dropped' });
    return [...new Set(found.map(({ matter }) => matter))];
  }

  /** Nobody needs it any more. @param open which of what is open */
  async drop(
    { about }: Pick<About, 'about'>,
    kinds: readonly ObligationRow['kind'][],
    { reason, cause }: Readonly<{ reason: string; cause: string }>,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const open = await tx.getRepository(ObligationRow).find({
      where: { about, state: 'open', kind: In([...kinds]) },
      order: { matter: 'asc', owner: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    if (open.length === 0) return;
    const events = open.filter(isDated).map((row) => obligationDropped(row, reason, cause, now));
    await tx
      .getRepository(ObligationRow)
      .update({ about, state: 'open', kind: In([...kinds]) }, { state: 'dropped', doneAt: now, doneBy: cause });
    await unschedule(tx, 'response', DEADLINE, [...new Set(open.map(({ matter }) => matter))]);
    append(...events);
  }

  /** The time has passed: said of all of a matter together, and again, until it is done. */
  @Due('response', 'obligation-deadline')
  async overdue(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    for (const { key: matter } of jobs) {
      const late = (await lockMatter(tx, matter))
        .filter(isDated)
        .filter(({ state, dueAt }) => state === 'open' && dueAt <= now);
      const [first, ...others] = late;
      if (first === undefined) continue;
      const reminder = 1 + Math.max(...late.map(({ reminders }) => reminders));
      const { obligations } = this.plan;
      const event = obligationOverdue([first, ...others], reminder, obligations.version, now);
      const owners = In(late.map(({ owner }) => owner));
      await tx.getRepository(ObligationRow).update({ matter, owner: owners }, { reminders: reminder });
      const dueAt = addMinutes(now, obligations.remindEveryMinutes);
      await schedule(tx, 'response', [{ kind: DEADLINE, key: matter, dueAt, payload: {} }]);
      append(event);
    }
  }

  private async meet(
    all: readonly ObligationRow[],
    meant: readonly ObligationRow[],
    by: Parameters<typeof obligationMet>[2],
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const [first] = meant;
    if (first === undefined) return;
    const left = all.filter(({ state }) => state === 'open').length - meant.length;
    await tx
      .getRepository(ObligationRow)
      .update(
        { matter: first.matter, owner: In(meant.map(({ owner }) => owner)) },
        { state: 'met', doneAt: by.doneAt, doneBy: by.person },
      );
    if (left === 0) await unschedule(tx, 'response', DEADLINE, [first.matter]);
    append(...meant.filter(isDated).map((row) => obligationMet(row, left, by, now)));
  }
}

const DEADLINE = 'obligation-deadline';

const lockMatter = (tx: Tx, matter: string): Promise<ObligationRow[]> =>
  tx
    .getRepository(ObligationRow)
    .find({ where: { matter }, order: { owner: 'asc' }, lock: { mode: 'pessimistic_write' } });
