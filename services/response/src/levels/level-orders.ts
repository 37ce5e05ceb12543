import type { OrderV1, ResponseChangedV1 } from '@fengsui/contracts';
import { schedule, unschedule } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { afterRuling, rule, transfersBetween, type FloodResponse, type LevelOrder, type Ruling } from '@fengsui/rules';
import { done, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { TransferTasks } from '../transfers/transfer-tasks.js';
import { assessAt } from './assess-at.js';
import { changed, refused, superseded } from './level-events.js';
import { LevelStates } from './level-state.js';

type Change = Extract<Ruling, { kind: 'change' }>;

/** What people order about the level. */
@Injectable()
export class LevelOrders {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly states: LevelStates,
    private readonly tasks: TransferTasks,
  ) {}

  @Takes('response', ['confirm', 'refuse', 'raise', 'lower', 'end'], ({ data }) => `${data.authority}/${data.hazard}`)
  async take(order: LevelOrder, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now, append } = unit;
    const { data } = order;
    const { flood } = this.plan;
    if (data.authority !== flood.authority) return rejected(`no response of ${data.authority} is kept here`);
    const before = await this.states.lock(tx, data.authority);
    const ruling = rule(before, order);
    const decidedBy = data.speaksFor ?? data.actor;
    const after = afterRuling(before, ruling, decidedBy, order.occurredAt);
    switch (ruling.kind) {
      case 'wait':
        return targetUnknown(ruling.because);
      case 'reject':
        return rejected(ruling.because);
      case 'refuse-proposal':
        await this.states.save(tx, after);
        await unschedule(tx, 'response', 'proposal-deadline', [ruling.proposal.id]);
        await schedule(tx, 'response', assessAt(data.authority, [now]));
        append(refused(before, ruling.proposal, { order: order as OrderV1, decidedBy }, flood.version, now));
        return done(`${ruling.proposal.id} refused`);
      case 'change':
        await this.change({ before, after, ruling, order: order as OrderV1, decidedBy }, unit);
        return done(`level ${before.level} to ${ruling.to}`);
    }
  }

  private async change(
    { before, after, ruling, order, decidedBy }: LevelChange,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { flood, counties } = this.plan;
    // An order that names no county, on a response that knows none, is for the whole city.
    const everyCounty = counties.all().map(({ code }) => code);
    const covered = ruling.to === 'none' || after.counties.length > 0 ? after : { ...after, counties: everyCounty };
    await this.states.save(tx, covered);
    const event = changed({ before, after: covered }, ruling, { order, decidedBy }, flood.version, now);
    await this.states.remember(tx, event.id, covered, order.occurredAt, flood.version);
    const closedProposals = [ruling.proposalId, ruling.superseded?.id].filter((id) => id !== null && id !== undefined);
    await unschedule(tx, 'response', 'proposal-deadline', closedProposals);
    // What was weighed before stood against another level: weigh it anew.
    await schedule(tx, 'response', assessAt(after.authority, [now]));
    if (ruling.superseded !== null)
      append(superseded(before, ruling.superseded, `overtaken by ${order.id}`, flood.version, now));
    append(event);
    const unit = { tx, now, append };
    if (ruling.to === 'none') await this.tasks.closeAll(before.episodeId ?? '', order, unit);
    else await this.raiseTasks(before, covered, event, order, unit);
  }

  private async raiseTasks(
    before: FloodResponse,
    after: FloodResponse,
    event: ResponseChangedV1,
    order: OrderV1,
    unit: UnitOfWork,
  ): Promise<void> {
    const { flood, riskPoints } = this.plan;
    const change = { from: before.level, to: after.level, before: before.counties, counties: after.counties };
    const planned = transfersBetween(flood, riskPoints, change, order.occurredAt);
    await this.tasks.raise(planned, after.episodeId ?? '', event, unit);
  }
}

type LevelChange = Readonly<{
  before: FloodResponse;
  after: FloodResponse;
  ruling: Change;
  order: OrderV1;
  decidedBy: string;
}>;
