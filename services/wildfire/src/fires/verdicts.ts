import { addMinutes, VERDICT_IN_CHINESE, type FireJudgedV1, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { insertRows, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { CLASS_OF, NOTHING_BURNED } from '@fengsui/rules';
import { done, Due, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { VerdictRow, type FireRow } from '../tables/tables.js';
import { fireOverdue } from './fire-events.js';
import { Fires } from './fires.js';
import { VERIFY } from './gather-signs.js';
import { Permits } from './permits.js';
import { Phases } from './phases.js';

type VerdictOrder = OrderOf<'verdict'>;

/** What people found on the ground, and what happens when nobody says. */
@Injectable()
export class Verdicts {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly phases: Phases,
    private readonly permits: Permits,
  ) {}

  /**
   * A second verdict on the same fire corrects the first. What holds is what was judged last in the world: one that
   * comes late stands in the history.
   */
  @Takes('wildfire', 'verdict', ({ data }) => data.fireId)
  async judge(order: VerdictOrder, { tx, now, append }: UnitOfWork): Promise<OrderResult> {
    const fire = await this.fires.lock(tx, order.data.fireId);
    if (fire === null) return targetUnknown(`there is no fire ${order.data.fireId}`);
    const fault = faultOf(order.data);
    if (fault !== null) return rejected(fault);
    const { permit } = order.data;
    if (permit !== undefined && (await this.permits.of(tx, permit)) === null)
      return rejected(`没有用火许可 ${permit}，请先登记 / there is no permit ${permit}`);
    const burns = CLASS_OF[order.data.verdict] === 'fire';
    const known = await this.fires.howKnown(tx, fire);
    // What was no fire no pass should have seen.
    const how = {
      borderKm: await this.fires.borderKmOf(tx, fire.id),
      known: { ...known, missed: known.missed && burns },
    };
    const isHistory = fire.judgedAt !== null && order.occurredAt < fire.judgedAt;
    // Asked about again since then: that is not answered by what was found before.
    const isAnswer = !isHistory && (fire.asked < 2 || order.occurredAt >= fire.raisedAt);
    // Cold ash where a fire was does not undo the fire. That it was none is said when nobody is asked about it.
    const wasFire = fire.verdict !== null && CLASS_OF[fire.verdict] === 'fire';
    const isRecheck = isAnswer && wasFire && !burns && fire.state !== 'judged';
    const marks = { ...(isAnswer ? {} : { answers: false }), ...(isRecheck ? { recheck: true } : {}) };
    const event = judged(
      fire,
      order,
      { ...marks, ...how, ...(fire.asked > 0 ? { dueAt: fire.dueAt } : {}) },
      { now, plan: this.plan.fires.version },
    );
    await insertRows(tx, VerdictRow, [rowOf(event)]);
    append(event);
    if (isAnswer) await unschedule(tx, 'wildfire', VERIFY, [fire.id]);
    if (isRecheck) {
      await this.fires.change(tx, fire, { state: 'judged', reason: event.data.reason }, event.id);
      await this.phases.begin(fire, tx); // it sleeps and ends as it would have
    } else if (isHistory) await this.fires.change(tx, fire, {}, event.id);
    else await this.hold(fire, event, isAnswer, tx);
    if (isHistory) return done(`${fire.id}: 已记入历史，之后另有结论 / kept; a later verdict holds`);
    return done(`${fire.id}: ${VERDICT_IN_CHINESE[event.data.verdict]}`);
  }

  /** From here on it is what was found. */
  private async hold(fire: FireRow, { id, occurredAt, data }: FireJudgedV1, isAnswer: boolean, tx: Tx): Promise<void> {
    const { verdict, deaths, burnedAreaHa, decidedBy, reason } = data;
    const burns = CLASS_OF[verdict] === 'fire';
    const out = fire.extinguishedAt;
    const isRekindled =
      out !== null && fire.lastSeenAt > addMinutes(out, this.plan.fires.afterVerdict.extinguishedHours * 60);
    const extinguishedAt = isRekindled ? null : out;
    const phase = !burns ? null : extinguishedAt === null ? ('awake' as const) : ('extinguished' as const);
    // Whatever explained its heat before, it is what was found there.
    const own = { mergedInto: null, heatPlace: null };
    const found = {
      verdict,
      deaths,
      burnedAreaHa,
      decidedBy,
      reason,
      judgedAt: occurredAt,
      phase,
      extinguishedAt,
      ...own,
    };
    await this.fires.change(tx, fire, isAnswer ? { ...found, state: 'judged' } : found, id);
    if (isAnswer && burns) await this.phases.begin(fire, tx);
  }

  @Due('wildfire', VERIFY)
  async overdue(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    for (const { key } of jobs) {
      const [fire] = await this.fires.locked(tx, [key]);
      if (fire === undefined || fire.state !== 'to-verify' || fire.dueAt > now) continue;
      const event = fireOverdue(fire, now, this.plan.fires.version);
      await this.fires.change(tx, fire, { state: 'overdue' }, event.id);
      append(event);
    }
  }
}

/** Why a verdict cannot be true, or null. */
function faultOf({
  verdict,
  deaths,
  seriousInjuries,
  injuries,
  burnedAreaHa,
  damagedAreaHa,
}: VerdictOrder['data']): string | null {
  const harmed = deaths + (seriousInjuries ?? 0) + (injuries ?? 0);
  if (NOTHING_BURNED.has(verdict) && (harmed > 0 || (burnedAreaHa ?? 0) > 0))
    return `${VERDICT_IN_CHINESE[verdict]}不能有伤亡和过火面积 / nobody is harmed and nothing burns by ${verdict}`;
  if ((damagedAreaHa ?? 0) > 0 && verdict !== 'forest-fire')
    return `只有森林火灾有受害森林面积 / only a forest fire damages forest, not ${verdict}`;
  if (burnedAreaHa !== null && (damagedAreaHa ?? 0) > burnedAreaHa)
    return `受害森林面积 ${damagedAreaHa} 公顷大于过火面积 ${burnedAreaHa} 公顷 / more forest is damaged than burned`;
  return null;
}

function judged(
  { id, county, firstSeenAt }: FireRow,
  order: VerdictOrder,
  known: Partial<FireJudgedV1['data']>,
  { now, plan }: Readonly<{ now: UtcInstant; plan: string }>,
): FireJudgedV1 {
  const {
    kind: _,
    orderId: __,
    fireId: ___,
    actor,
    speaksFor: ____,
    right: _____,
    late,
    reason,
    ...found
  } = order.data;
  return {
    id: `fire-judged/${order.id}`,
    type: 'fire-judged.v1',
    key: id,
    correlationId: id,
    occurredAt: order.occurredAt,
    recordedAt: now,
    causes: [order.id],
    data: { ...found, ...known, fireId: id, county, firstSeenAt, decidedBy: late?.decidedBy ?? actor, reason, plan },
  };
}

const rowOf = ({ id, occurredAt, recordedAt, data }: FireJudgedV1): VerdictRow => ({
  event: id,
  fire: data.fireId,
  verdict: data.verdict,
  at: occurredAt,
  recordedAt,
  decidedBy: data.decidedBy,
  deaths: data.deaths,
  seriousInjuries: data.seriousInjuries ?? 0,
  injuries: data.injuries ?? 0,
  burnedAreaHa: data.burnedAreaHa,
  damagedAreaHa: data.damagedAreaHa ?? null,
  permit: data.permit ?? null,
  photo: data.photo ?? null,
  reason: data.reason,
});
