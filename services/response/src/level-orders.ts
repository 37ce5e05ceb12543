import { addMinutes, type DomainEvent, type OrderOf, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Tx } from '@fengsui/database';
import { Inject, Injectable } from '@nestjs/common';
import { afterRuling, rule, transfersBetween, type FloodResponse, type LevelOrder, type Ruling } from '@fengsui/rules';
import { changed, refused, superseded, taskRaised } from './announce.js';
import { assessAt } from './assess-at.js';
import { FloodStates } from './flood-state.js';
import { OrderOutcomes } from './order-outcomes.js';
import { ResponsePlan } from './plan.js';
import { Tasks } from './tasks.js';

/** What people order about the level. */
@Injectable()
export class LevelOrders {
  private readonly states = new FloodStates();
  private readonly outcomes = new OrderOutcomes();
  private readonly tasks = new Tasks();

  constructor(@Inject(ResponsePlan) private readonly plan: ResponsePlan) {}

  /** @returns what the rest of the system hears of it */
  async apply(tx: Tx, order: OrderV1, now: UtcInstant): Promise<DomainEvent[]> {
    const { data } = order as LevelOrder;
    if (data.authority !== this.plan.flood.authority) {
      await this.outcomes.settle(tx, order, 'rejected', `no response of ${data.authority} is kept here`, now);
      return [];
    }
    if (await this.outcomes.settled(tx, order)) return [];
    const before = await this.states.lock(tx, data.authority);
    const ruling = rule(before, order as LevelOrder);
    const decidedBy = data.speaksFor ?? data.actor;
    const after = afterRuling(before, ruling, decidedBy, order.occurredAt);
    switch (ruling.kind) {
      case 'wait':
        await this.outcomes.wait(tx, order, `${data.authority}/${data.hazard}`, addMinutes(now, this.plan.orderWaitsMinutes));
        await schedule(tx, 'response', [
          {
            kind: 'order-expiry',
            key: order.id,
            dueAt: addMinutes(now, this.plan.orderWaitsMinutes),
            payload: { because: ruling.because },
          },
        ]);
        return [];
      case 'reject':
        await this.outcomes.settle(tx, order, 'rejected', ruling.because, now);
        return [];
      case 'refuse-proposal':
        await this.states.save(tx, after);
        await unschedule(tx, 'response', 'proposal-deadline', [ruling.proposal.id]);
        await this.outcomes.settle(tx, order, 'done', `${ruling.proposal.id} refused`, now);
        await schedule(tx, 'response', assessAt(data.authority, [now]));
        return [refused(before, ruling.proposal, order, decidedBy, this.plan.flood.version, now)];
      case 'change':
        return this.change(tx, before, after, ruling, order, decidedBy, now);
    }
  }

  private async change(
    tx: Tx,
    before: FloodResponse,
    after: FloodResponse,
    ruling: Extract<Ruling, { kind: 'change' }>,
    order: OrderV1,
    decidedBy: string,
    now: UtcInstant,
  ): Promise<DomainEvent[]> {
    const { flood, riskPoints, counties } = this.plan;
    // An order that names no county, on a response that knows none, is for the whole city.
    const covered =
      ruling.to === 'none' || after.counties.length > 0 ? after : { ...after, counties: counties.all().map(({ code }) => code) };
    await this.states.save(tx, covered);
    const event = changed(before, covered, ruling, order, decidedBy, flood.version, now);
    await this.states.remember(tx, event.id, covered, order.occurredAt, flood.version);
    const closedProposals = [ruling.proposalId, ruling.superseded?.id].filter((id) => id !== null && id !== undefined);
    await unschedule(tx, 'response', 'proposal-deadline', closedProposals);
    await this.outcomes.settle(tx, order, 'done', `level ${before.level} to ${ruling.to}`, now);
    // What was weighed before stood against another level: weigh it anew.
    await schedule(tx, 'response', assessAt(after.authority, [now]));
    const said: DomainEvent[] = [
      ...(ruling.superseded === null ? [] : [superseded(before, ruling.superseded, `overtaken by ${order.id}`, flood.version, now)]),
      event,
    ];

    if (ruling.to === 'none') return [...said, ...(await this.tasks.closeAll(tx, before.episodeId ?? '', order, now))];
    const episode = covered.episodeId ?? '';
    const planned = transfersBetween(flood, riskPoints, before.level, ruling.to, before.counties, covered.counties, order.occurredAt);
    const raised = planned.map((transfer) => ({ transfer, event: taskRaised(flood.version, episode, transfer, event, order.id) }));
    const fresh = await this.tasks.raise(tx, raised);
    await schedule(
      tx,
      'response',
      fresh.map(({ data: { taskId, dueAt } }) => ({ kind: 'task-deadline', key: taskId, dueAt, payload: {} })),
    );
    const reported: DomainEvent[] = [];
    for (const { data } of fresh) {
      for (const waiting of await this.outcomes.release(tx, data.taskId)) {
        reported.push(...((await this.tasks.report(tx, waiting as OrderOf<'progress'>, now)) ?? []));
        await this.outcomes.settle(tx, waiting, 'done', 'waited for its task', now);
      }
    }
    return [...said, ...fresh, ...reported];
  }
}
