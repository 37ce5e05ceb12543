import { shanghaiMinute, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { insertReturning, type Db, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { Roster } from '@fengsui/rules';
import { done, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { countyOrCity, DutyPlan } from '../plan.js';
import { RosterChangeRow } from '../tables/tables.js';
import { lookAtShifts } from './shift-jobs.js';

/** Nobody stands in, or is away, for longer: that is another rotation. */
const LONGEST_DAYS = 400;

type Changed = OrderOf<'stand-in' | 'leave'>;

/**
 * The roster as it is changed while it runs: swaps and leave, by whoever may, each with who, when and why. The plan's
 * rotations stay what they are; what is withdrawn stays in the history.
 */
@Injectable()
export class RosterChanges {
  constructor(private readonly plan: DutyPlan) {}

  /**
   * The roster as it stands: the plan's, and what has been changed since.
   * @param since before which it is not asked; null: all of it. What is over is not read for every call that climbs
   */
  async rosterOf(tx: Tx, since: UtcInstant | null): Promise<Roster> {
    const { roster } = this.plan;
    const given = await tx.getRepository(RosterChangeRow).find({
      ...(since === null ? {} : { where: { until: MoreThan(since) } }),
      order: { givenAt: 'asc', id: 'asc' },
    });
    if (given.length === 0) return roster;
    // What is withdrawn held until then, and nobody was on duty otherwise than they were.
    const changes = given
      .map((row) => ({
        ...row,
        until: row.withdrawnAt !== null && row.withdrawnAt < row.until ? row.withdrawnAt : row.until,
      }))
      .filter((row) => row.from < row.until);
    const overrides = changes.flatMap(({ role, authority, person, from, until }) =>
      role === null ? [] : [{ role, person, from, until, ...this.whose(authority) }],
    );
    const leave = changes.flatMap(({ role, person, from, until }) => (role === null ? [{ person, from, until }] : []));
    return { ...roster, overrides: [...roster.overrides, ...overrides], leave: [...roster.leave, ...leave] };
  }

  /** All that was ever changed, the newest first. */
  history(db: Db): Promise<readonly RosterChangeRow[]> {
    return db.getRepository(RosterChangeRow).find({ order: { givenAt: 'desc', id: 'asc' } });
  }

  @Takes('duty', ['stand-in', 'leave'], () => 'roster')
  async change(order: Changed, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now } = unit;
    const { data, occurredAt } = order;
    const unfit = this.whyNot(order, now);
    if (unfit !== null) return rejected(unfit);
    const { orderId: id, authority, person, fromAt, untilAt: until, actor, speaksFor, reason } = data;
    const from = fromAt > now ? fromAt : now; // who was on duty until now stays as it was
    const role = data.kind === 'stand-in' ? data.role : null;
    const by = speaksFor ?? actor;
    const same = { authority, role: role ?? IsNull(), person, from, until, withdrawnAt: IsNull() };
    if (await tx.getRepository(RosterChangeRow).existsBy(same)) return done('已是如此 / it is so already');
    const row = { id, authority, role, person, from, until, by, reason, givenAt: occurredAt };
    const written = await insertReturning(tx, RosterChangeRow, [row], 'nothing');
    if (written.length === 0) return rejected(`指令编号重复：${id} / another change has this number`);
    await lookAtShifts(tx, now);
    const what = role === null ? '请假' : `任${this.plan.roleName(role)}`;
    return done(
      `${this.plan.nameOf(person)}自${shanghaiMinute(from).replace('T', ' ')}至${shanghaiMinute(until).replace('T', ' ')}${what}`,
    );
  }

  @Takes('duty', 'withdraw-roster', () => 'roster')
  async withdraw({ data }: OrderOf<'withdraw-roster'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const { change: id, actor, speaksFor, reason } = data;
    const row = await tx.getRepository(RosterChangeRow).findOneBy({ id });
    if (row === null) return rejected(`没有这次值班调整：${id} / there is no change of the roster ${id}`);
    if (row.withdrawnAt !== null) return rejected('已撤回 / was withdrawn before');
    if (row.until <= now) return rejected('该时段已过，值班记录不改写 / that time is over: it stays as it was');
    const withdrawn = { withdrawnAt: now, withdrawnBy: speaksFor ?? actor, withdrawnReason: reason };
    await tx.getRepository(RosterChangeRow).update({ id }, withdrawn);
    await lookAtShifts(tx, now);
    return done('已撤回 / withdrawn');
  }

  private whyNot({ data }: Changed, now: UtcInstant): string | null {
    const { person, fromAt, untilAt, reason } = data;
    if (!this.plan.people.has(person)) return `没有此人：${person} / nobody of the plan is ${person}`;
    if (fromAt >= untilAt) return `结束不晚于开始 / it ends at ${untilAt}, before it begins at ${fromAt}`;
    if (untilAt <= now) return `该时段已过，值班记录不改写 / that time is over: who was on duty then stays as it was`;
    if (Date.parse(untilAt) - Date.parse(fromAt) > LONGEST_DAYS * 86_400_000)
      return `时段超过${LONGEST_DAYS}天，请改预案的轮班 / longer than ${LONGEST_DAYS} days: change the rotation of the plan`;
    if (reason.trim() === '') return '须说明理由 / a reason is wanted';
    if (data.kind === 'leave') return this.whyNotAway(data.authority, person);
    const { role, authority } = data;
    const whose = this.whose(authority).authority;
    return this.plan.roster.rotations.some((row) => row.role === role && row.authority === whose)
      ? null
      : `没有人轮值${role}（${authority}） / nobody takes turns in ${role} of ${authority}`;
  }

  /** A county sends its own people on leave, and nobody of the city. */
  private whyNotAway(authority: string, person: string): string | null {
    if (countyOrCity(authority) === null) return null;
    const own = this.plan.roster.rotations.filter(({ people }) => people.includes(person));
    return own.length > 0 && own.every((row) => row.authority === authority)
      ? null
      : `${person} 不是 ${authority} 的值班人员 / ${person} is not on duty for ${authority} alone`;
  }

  /** The city's own rows of the roster name no authority. */
  private whose(authority: string): Readonly<{ authority?: string }> {
    return countyOrCity(authority) === null ? {} : { authority };
  }
}
