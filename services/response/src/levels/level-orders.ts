import { reaches } from '@fengsui/access';
import {
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  levelRank,
  type LevelOrdered,
  type OrderOf,
  type OrderV1,
} from '@fengsui/contracts';
import { insertRows, schedule, unschedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import {
  afterRuling,
  heldBeside,
  isLate,
  movesPeople,
  rule,
  transfersBetween,
  whySecondPerson,
  type Areas,
  type FloodResponse,
  type LevelOrder,
  type Ruling,
  type TransferPlan,
} from '@fengsui/rules';
import { done, OrdersDesk, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { LevelObligations } from '../obligations/level-obligations.js';
import { ResponsePlan } from '../plan.js';
import { CountersignatureRow } from '../tables/tables.js';
import { TransferTasks } from '../transfers/transfer-tasks.js';
import { assessAt } from './assess-at.js';
import { changed, changedId, refused, superseded } from './level-events.js';
import { LevelStates } from './level-state.js';
import { lastExplanation } from './propose-level.js';

type Change = Extract<Ruling, { kind: 'change' }>;

/** What people order about the level. */
@Injectable()
export class LevelOrders {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly states: LevelStates,
    private readonly tasks: TransferTasks,
    private readonly obligations: LevelObligations,
    private readonly desk: OrdersDesk,
  ) {}

  @Takes(
    'response',
    ['confirm', 'refuse', 'raise', 'lower', 'end', 'convert'],
    ({ data }) => `${data.authority}/${data.hazard}`,
  )
  async take(order: LevelOrder, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now, append } = unit;
    const { data } = order;
    const plan = this.plan.planOf(data.authority);
    if (plan === null)
      return rejected(`${data.authority} 的响应不在本系统签发 / no response of ${data.authority} is decided here`);
    const { state: before, all } = await this.states.lock(tx, data.authority, data.hazard);
    const others = heldBeside(
      data.hazard,
      all.filter(({ authority }) => authority === data.authority),
    );
    if (data.late !== undefined && before.since !== null && order.occurredAt < before.since)
      return rejected(`补录早于现行等级的签发时间 / it is older than the level in force, of ${before.since}`);
    const hours = this.plan.lateRecordWithinHours;
    if (data.late !== undefined && isLate({ occurredAt: order.occurredAt, recordedAt: order.recordedAt }, hours))
      return rejected(`补录只限${hours}小时内作出的决定 / decided more than ${hours} hours before it was entered`);
    const ruling = rule(before, order, plan, others);
    const decidedBy = data.late?.decidedBy ?? data.actor;
    const after = afterRuling(before, ruling, decidedBy, order.occurredAt);
    const beyond = beyondRight(order, before, ruling);
    if (beyond !== null) return rejected(beyond);
    switch (ruling.kind) {
      case 'wait':
        return targetUnknown(ruling.because);
      case 'reject':
        return rejected(ruling.because);
      case 'refuse-proposal':
        await this.states.save(tx, after);
        await unschedule(tx, 'response', 'proposal-deadline', [ruling.proposal.id]);
        await schedule(tx, 'response', assessAt(data.authority, [now]));
        append(refused(before, ruling.proposal, { order: order as OrderV1, decidedBy }, plan.version, now));
        return done(`${ruling.proposal.id} refused`);
      case 'change': {
        const second = await this.secondPerson({ before, after, all, ruling, order: order as OrderV1 }, tx);
        if ('wanted' in second) return targetUnknown(second.wanted);
        await this.change({ before, after, all, ruling, order: order as OrderV1, decidedBy, ...second }, unit);
        return done(await this.inWords(before, ruling, unit), { before: levelOf(before), after: levelOf(after) });
      }
    }
  }

  /** A second person 复核 to an order that takes two: somebody else, whose right reaches as far. */
  @Takes('response', 'countersign', ({ data }) => `order/${data.countersigns}`)
  async countersign(order: OrderOf<'countersign'>, unit: UnitOfWork): Promise<OrderResult> {
    const { tx } = unit;
    const { authority, hazard, countersigns, actor, speaksFor, right } = order.data;
    const about = `order/${countersigns}`;
    const waiting = await this.desk.waitingOrder(tx, about);
    if (waiting === null) return rejected(`没有等待复核的指令 ${countersigns} / no order ${countersigns} waits for it`);
    const first = waiting as LevelOrder;
    if (first.data.authority !== authority || first.data.hazard !== hazard)
      return rejected(`${countersigns} 属于 ${first.data.authority} / it is an order of ${first.data.authority}`);
    const plan = this.plan.planOf(authority);
    if (plan === null) return rejected(`no response of ${authority} is decided here`);
    const { state: before } = await this.states.lock(tx, authority, hazard);
    const hands = new Set([first.data.actor, first.data.speaksFor]);
    if (hands.has(actor) || (speaksFor !== null && hands.has(speaksFor)))
      return rejected('复核人须为另一人，也不得代表下达人 / the second person must be another, and speak for another');
    const second = { ...first, data: { ...first.data, actor, right } } as LevelOrder;
    const beyond = beyondRight(second, before, rule(before, first, plan));
    if (beyond !== null) return rejected(beyond);
    await insertRows(tx, CountersignatureRow, [{ order: about, person: actor, at: unit.now }], 'nothing');
    await this.desk.targetsKnown([`${authority}/${hazard}`], unit);
    return done(`${countersigns} countersigned`);
  }

  /** What was done; and what still calls for more, where it was lowered or ended. */
  private async inWords(before: FloodResponse, { to, change, issuedAs }: Change, { tx }: UnitOfWork): Promise<string> {
    if (change === 'convert')
      return `${hazardsInChinese(before.issuedAs)} → ${hazardsInChinese(issuedAs)} / ${before.issuedAs.join('+')} to ${issuedAs.join('+')}`;
    const said = `${LEVEL_IN_CHINESE[before.level]} → ${LEVEL_IN_CHINESE[to]} / level ${before.level} to ${to}`;
    if (change !== 'lower' && change !== 'narrow' && change !== 'end') return said;
    const known = await lastExplanation(tx, before.authority, before.hazard);
    const held = (known?.conditions ?? []).filter(
      ({ state, level }) => state !== 'near' && levelRank(level) > levelRank(to),
    );
    return held.length === 0 ? said : `${said}。仍达到：${held.map(({ text, by }) => `${text}（${by}）`).join('；')}`;
  }

  /** @returns who countersigned, null where one person is enough, or why another is wanted */
  private async secondPerson(
    { before, after, all, ruling, order }: Omit<LevelChange, 'decidedBy' | 'countersignedBy'>,
    tx: Tx,
  ): Promise<Readonly<{ countersignedBy: string | null }> | Readonly<{ wanted: string }>> {
    const moving = this.transfersOf(before, after, order)
      .filter(({ phase }) => phase === 'move')
      .reduce((sum, { riskPoint }) => sum + riskPoint.people, 0);
    const unaccounted = ruling.to === 'none' ? await this.tasks.unaccountedOutside(once(after, all), tx) : 0;
    const reach = { unaccounted, moving, late: order.data.late !== undefined };
    const why = whySecondPerson(ruling, reach, this.plan.access.twoPersons);
    if (why === null) return { countersignedBy: null };
    const row = await tx.getRepository(CountersignatureRow).findOneBy({ order: order.id });
    return row === null
      ? { wanted: `${why}：待他人复核 fengsui orders countersign ${order.data.orderId}` }
      : { countersignedBy: row.person };
  }

  private transfersOf(before: FloodResponse, after: FloodResponse, order: OrderV1): readonly TransferPlan[] {
    const { flood } = this.plan;
    const riskPoints = this.plan.riskPoints.filter(
      ({ county }) => after.authority === flood.authority || county === after.authority,
    );
    const moved = (state: FloodResponse): Areas => (movesPeople(state, flood) ? state.areas : {});
    return transfersBetween(flood, riskPoints, { before: moved(before), after: moved(after) }, order.occurredAt);
  }

  private async change(given: LevelChange, { tx, now, append }: UnitOfWork): Promise<void> {
    const { before, after, all, ruling, order, decidedBy, countersignedBy } = given;
    const plan = this.plan.planOf(after.authority) ?? this.plan.flood;
    await this.states.save(tx, after);
    const unit = { tx, now, append };
    const ordered = { before, after, ruling, event: changedId(order), at: order.occurredAt, decidedBy };
    const notice = await this.obligations.changed(ordered, plan, unit);
    const by = { order, decidedBy, countersignedBy, notice };
    const event = changed({ before, after }, ruling, by, plan, now);
    const { version } = plan;
    await this.states.remember(tx, after, { event: event.id, at: order.occurredAt, recordedAt: now, plan: version });
    const closedProposals = [ruling.proposalId, ruling.superseded?.id].filter((id) => id !== null && id !== undefined);
    await unschedule(tx, 'response', 'proposal-deadline', closedProposals);
    // What was weighed before stood against another level: weigh it anew.
    await schedule(tx, 'response', assessAt(after.authority, [now]));
    if (ruling.superseded !== null) append(superseded(before, ruling.superseded, `由 ${order.id} 取代`, version, now));
    append(event);
    const inForce = once(after, all);
    if (LESS.has(ruling.change)) await this.tasks.closeOutside(inForce, order, unit);
    if (ruling.to === 'none') return;
    await this.tasks.raise(this.transfersOf(before, after, order), after.episodeId ?? '', event, unit);
    await this.tasks.hasten(inForce, order.occurredAt, unit);
  }
}

/** All responses, once one of them has changed. */
const once = (after: FloodResponse, all: readonly FloodResponse[]): readonly FloodResponse[] =>
  all.map((one) => (one.authority === after.authority && one.hazard === after.hazard ? after : one));

/** Changes after which fewer people may have to move. */
const LESS: ReadonlySet<Change['change']> = new Set(['end', 'narrow', 'lower', 'convert']);

/** What the audit keeps of a response. */
const levelOf = ({ level, since, decidedBy, areas }: FloodResponse): object => ({ level, since, decidedBy, areas });

type LevelChange = Readonly<{
  before: FloodResponse;
  after: FloodResponse;
  /** All responses of all authorities, as they stood before. */ all: readonly FloodResponse[];
  ruling: Change;
  order: OrderV1;
  decidedBy: string;
  countersignedBy: string | null;
}>;

/**
 * Why the right of whoever ordered does not reach: the level in force stands here, not in the order. Who lowers or
 * ends decides on that level.
 */
function beyondRight(order: LevelOrder, { level }: FloodResponse, ruling: Ruling): string | null {
  const to = ruling.kind === 'change' ? ruling.to : ruling.kind === 'refuse-proposal' ? ruling.proposal.to : null;
  if (to === null) return null;
  const highest = levelRank(to) > levelRank(level) ? to : level;
  if (highest === 'none' || reaches(order.data.right, highest as LevelOrdered)) return null;
  return `${order.data.actor} 无权决定 ${highest} 级 / ${order.data.actor} may not decide on level ${highest}`;
}
