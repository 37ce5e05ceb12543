import type { OrderOf } from '@fengsui/contracts';
import { one, rows, run, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { signSets } from '@fengsui/rules';
import { done, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { SignRow, type Because, type FireRow } from '../tables/tables.js';
import { fireParted, firePhase } from './fire-events.js';
import { Fires, isOpen, type KnownSign } from './fires.js';
import { GatherSigns } from './gather-signs.js';
import { Phases } from './phases.js';

/** A fire and signs that turned out not to be of it. */
type Parting = Readonly<{ fire: FireRow; signs: readonly KnownSign[]; reason: string; by: string }>;

/** The sign by which a report is corrected, and where that is, in words. */
type MovedTo = Readonly<{ event: string; county: string | null; place: string }>;

/** Two fires that are one, one that is two, and signs that were taken back: by people, and with a reason. */
@Injectable()
export class Joining {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly gathering: GatherSigns,
    private readonly phases: Phases,
  ) {}

  @Takes('wildfire', 'join-fires', ({ data }) => data.fireId)
  async join(order: OrderOf<'join-fires'>, unit: UnitOfWork): Promise<OrderResult> {
    const { fireId, joined, reason } = order.data;
    const { tx } = unit;
    await this.fires.lockGathering(tx);
    const [into, other] = [await this.fires.lock(tx, fireId), await this.fires.lock(tx, joined)];
    if (into === null || other === null) return targetUnknown(`there is no fire ${into === null ? fireId : joined}`);
    if (into.id === other.id) return rejected(`${fireId} 与 ${joined} 已是同一起火情 / they are one already`);
    if (into.state === 'withdrawn' || other.state === 'withdrawn')
      return rejected(`${into.state === 'withdrawn' ? into.id : other.id} 已撤销 / is withdrawn`);
    if (reason === '') return rejected('并案须写明理由 / say why they are one');
    const because = { reason, causes: [order.id], by: order.id, named: into.id };
    const survivor = await this.gathering.joined([into.id, other.id], because, unit);
    // Where distance would not have joined them, none parts them either.
    const signs = await this.fires.signsOf(tx, survivor.id);
    if (signSets(signs, this.plan.fires).length > 1) await this.holdApart(tx, [survivor.id]);
    return done(`${survivor.id === into.id ? other.id : into.id} 并入 ${survivor.id}`);
  }

  @Takes('wildfire', 'part-fire', ({ data }) => data.fireId)
  async part(order: OrderOf<'part-fire'>, unit: UnitOfWork): Promise<OrderResult> {
    const { tx } = unit;
    const { fireId, reason } = order.data;
    await this.fires.lockGathering(tx);
    const fire = await this.fires.lock(tx, fireId);
    if (fire === null) return targetUnknown(`there is no fire ${fireId}`);
    if (reason === '') return rejected('分案须写明理由 / say why they are two');
    const all = await this.fires.signsOf(tx, fire.id);
    if (order.data.signs.length === 0) return this.unmerge(fire, all, order, unit);
    const wanted = new Set(order.data.signs);
    const signs = all.filter(({ event }) => wanted.has(event));
    if (signs.length < wanted.size)
      return rejected(
        `所列迹象有 ${wanted.size - signs.length} 个不属于 ${fire.id} / not all of these signs are of it`,
      );
    if (signs.length === all.length) return rejected(`${fire.id} 不能没有迹象 / no sign would be left to it`);
    const parted = await this.partOff({ fire, signs, reason, by: order.id }, unit);
    await this.holdApart(tx, [fire.id, parted]);
    return done(`${signs.length}个迹象另立 ${parted}`);
  }

  /** An event was recorded in error. Of a sign the fire is what its other signs make it; without any there is none. */
  @Takes('wildfire', 'correct', ({ data }) => data.eventId)
  async takeBack(order: OrderOf<'correct'>, unit: UnitOfWork): Promise<OrderResult> {
    const { eventId, reason } = order.data;
    await this.fires.takeBack(unit.tx, { event: eventId, order: order.id });
    await this.fires.lockGathering(unit.tx);
    const sign = await unit.tx.getRepository(SignRow).findOneBy({ event: eventId });
    if (sign === null || sign.withdrawnBy !== null) return done(`${eventId} 不是火情迹象 / is no sign of a fire`);
    await run(unit.tx, 'update wildfire.sign set withdrawn_by = $2 where event = $1', [eventId, order.id]);
    if (sign.fire !== null)
      await this.without(sign.fire, eventId, { reason: reason === '' ? '迹象已撤销' : reason, by: order.id }, unit);
    return done(`${eventId} 已撤销`);
  }

  /**
   * A report is said again with another place. A fire of that report alone moves with it, and whoever was asked is
   * asked again; of a fire with other signs it is one no more.
   */
  async moved(before: SignRow, { event, county, place }: MovedTo, unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    await this.fires.lockGathering(tx);
    await run(tx, 'update wildfire.sign set withdrawn_by = $2 where event = $1', [before.event, event]);
    if (before.fire === null) return;
    const reason = `报警位置更正为${place}`;
    const [fire] = await this.fires.locked(tx, [before.fire]);
    const others = await this.fires.signsOf(tx, before.fire);
    const near = await this.fires.near(tx, await this.fires.seen(tx, event), this.plan.fires);
    // Only what nothing else belongs to moves: else it is gathered where it is now, as any other sign.
    if (fire === undefined || !isOpen(fire) || county === null || others.length > 0 || near.length > 0)
      return this.without(before.fire, before.event, { reason, by: event, because: 'corrected' }, unit);
    await this.fires.detach(tx, [before.event], { because: 'corrected', event, now });
    await this.fires.attach(tx, [{ fire: fire.id, signs: [{ event }] }], { because: 'corrected', event, now });
    const [moved] = (await this.fires.locked(tx, [fire.id])) as [FireRow];
    await this.gathering.ask(moved, await this.fires.signsOf(tx, fire.id), reason, unit, fire.dueAt);
  }

  /** A fire that has lost a sign: none, one, or several that hang together no more. */
  async without(
    id: string,
    sign: string,
    { reason, by, because = 'withdrawn' }: Readonly<{ reason: string; by: string; because?: Because }>,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx, now, append } = unit;
    await this.fires.detach(tx, [sign], { because, event: by, now });
    const [fire] = await this.fires.locked(tx, [id]);
    if (fire === undefined) return;
    const left = await this.fires.signsOf(tx, id);
    if (left.length === 0) {
      if (fire.state === 'judged') return; // somebody stood there, whatever the sign was
      const event = firePhase(fire, 'withdrawn', { at: now, now, reason, causes: [by], plan: this.plan.fires.version });
      await this.fires.change(tx, fire, { state: 'withdrawn', reason }, event.id);
      append(event);
      return;
    }
    await this.fires.refresh(tx, [id]);
    const judged = new Set((await this.fires.judged(tx, fire))?.known.map(({ event }) => event));
    const sets = fire.apart ? [left] : signSets(left, this.plan.fires);
    // The number, and the verdict, stay with what was judged.
    const ofVerdict = (signs: readonly KnownSign[]): number => signs.filter(({ event }) => judged.has(event)).length;
    const [, ...others] = [...sets].sort((a, b) => ofVerdict(b) - ofVerdict(a));
    for (const signs of others) await this.partOff({ fire, signs, reason, by }, unit);
    const [still] = (await this.fires.locked(tx, [id])) as [FireRow];
    if (isOpen(still)) await this.gathering.unlessAskedStill(still, { reason, by }, unit);
  }

  /** What the last merge put to it is a fire of its own again, with its number. */
  private async unmerge(
    fire: FireRow,
    all: readonly KnownSign[],
    order: OrderOf<'part-fire'>,
    unit: UnitOfWork,
  ): Promise<OrderResult> {
    const { tx, now, append } = unit;
    const last = await one<{ id: string }>(
      tx,
      `select p.fire as id from wildfire.membership m
         join wildfire.membership p on p.sign = m.sign and p.n = m.n - 1 join wildfire.fire f on f.id = p.fire
       where m.fire = $1 and m.because = 'merged' and f.state = 'merged' and f.merged_into = $1
       order by m.since desc, f.id desc limit 1`,
      [fire.id],
    );
    if (last === null) return rejected(`${fire.id} 没有可撤销的归并 / nothing was merged into it`);
    const own = await rows<{ sign: string }>(
      tx,
      `select distinct sign from wildfire.membership m where fire = $1
         and not exists (select 1 from wildfire.membership l where l.sign = m.sign and l.n > m.n and l.because <> 'merged')`,
      [last.id],
    );
    const mine = new Set(own.map(({ sign }) => sign));
    const signs = all.filter(({ event }) => mine.has(event));
    if (signs.length === 0 || signs.length === all.length)
      return rejected(`${last.id} 没有自己的迹象 / it has no signs of its own`);
    const [other] = (await this.fires.locked(tx, [last.id])) as [FireRow];
    const event = fireParted(fire, other.id, signs, {
      now,
      reason: order.data.reason,
      plan: this.plan.fires.version,
      by: order.id,
    });
    append(event);
    await this.fires.change(tx, fire, {}, event.id);
    // As it was: judged since it was asked about, noted, or still to be verified by its own deadline.
    const wasJudged = other.judgedAt !== null && (other.asked < 2 || other.judgedAt >= other.raisedAt);
    await this.fires.change(tx, other, { state: wasJudged ? 'judged' : 'noted', mergedInto: null }, event.id);
    await this.fires.attach(tx, [{ fire: other.id, signs }], { because: 'parted', event: order.id, now });
    await this.fires.refresh(tx, [fire.id]);
    await this.holdApart(tx, [fire.id, other.id]);
    const [again] = (await this.fires.locked(tx, [other.id])) as [FireRow];
    if (wasJudged && again.phase !== null) await this.phases.begin(again, tx);
    if (!wasJudged && other.asked > 0)
      await this.gathering.ask(again, signs, `归并已撤销：${order.data.reason}`, unit, other.dueAt);
    return done(`${other.id} 与 ${fire.id} 分开`);
  }

  /** Signs that are a fire of their own: somebody verifies it, unless what they were taken from needs nobody. */
  private async partOff({ fire, signs, reason, by }: Parting, unit: UnitOfWork): Promise<string> {
    const { tx, now, append } = unit;
    const wasOpen = isOpen(fire);
    const judged = new Set((await this.fires.judged(tx, fire))?.known.map(({ event }) => event));
    // What nobody has looked at is looked at, whatever the rest was judged to be.
    const isSeen = fire.state === 'noted' || (!wasOpen && signs.every(({ event, late }) => late || judged.has(event)));
    const words = `自${fire.id}分出：${reason}`;
    const id = await this.gathering.beginApart(signs, isSeen ? words : null, unit);
    const [row] = (await this.fires.locked(tx, [fire.id])) as [FireRow];
    const event = fireParted(row, id, signs, { now, reason, plan: this.plan.fires.version, by });
    append(event);
    await this.fires.change(tx, row, {}, event.id);
    await this.fires.attach(tx, [{ fire: id, signs }], { because: 'parted', event: by, now });
    await this.fires.refresh(tx, [fire.id]);
    if (!isSeen) {
      const [parted] = (await this.fires.locked(tx, [id])) as [FireRow];
      await this.gathering.ask(parted, signs, words, unit, wasOpen ? fire.dueAt : undefined);
    }
    return id;
  }

  private async holdApart(tx: Tx, fires: readonly string[]): Promise<void> {
    await run(tx, 'update wildfire.fire set apart = true where id = any($1)', [fires]);
  }
}
