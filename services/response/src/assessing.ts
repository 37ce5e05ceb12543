import { addMinutes, type DomainEvent, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Job, type JobRun, type Tx } from '@fengsui/database';
import { LOG, type Log } from '@fengsui/log';
import { Inject, Injectable } from '@nestjs/common';
import { afterAssessment, assess, calledFor, type FloodResponse } from '@fengsui/rules';
import { overdue, proposed, superseded } from './announce.js';
import { assessAt } from './assess-at.js';
import { EvidenceStore } from './evidence.js';
import { FloodStates } from './flood-state.js';
import { LevelOrders } from './level-orders.js';
import { OrderOutcomes } from './order-outcomes.js';
import { ResponsePlan } from './plan.js';

/** Weighs what is known against the plan, and proposes. */
@Injectable()
export class Assessing {
  private readonly states = new FloodStates();
  private readonly outcomes = new OrderOutcomes();
  private readonly evidence: EvidenceStore;

  constructor(
    @Inject(ResponsePlan) private readonly plan: ResponsePlan,
    @Inject(LOG) private readonly log: Log,
    @Inject(LevelOrders) private readonly orders: LevelOrders,
  ) {
    this.evidence = new EvidenceStore(plan);
  }

  async assess(_: readonly Job[], { tx, now }: JobRun): Promise<void> {
    const { flood } = this.plan;
    const before = await this.states.lock(tx, flood.authority);
    const evidence = await this.evidence.load(tx, now);
    const weighed = {
      raising: calledFor(evidence, flood, now, false),
      holding: calledFor(evidence, flood, now, true),
      observedFresh: await this.evidence.observedSince(tx, addMinutes(now, -flood.freshForMinutes)),
    };
    const assessment = assess(before, weighed, flood, now);
    const after = afterAssessment(before, assessment, now);
    await this.states.save(tx, after);
    if (assessment.kind === 'keep') {
      if (assessment.lookAgainAt !== null) await schedule(tx, 'response', assessAt(flood.authority, [assessment.lookAgainAt]));
      return;
    }
    if (assessment.kind === 'withdraw') {
      await unschedule(tx, 'response', 'proposal-deadline', [assessment.proposal.id]);
      await this.log.append(tx, [superseded(before, assessment.proposal, assessment.reason, flood.version, now)]);
      return;
    }
    const { proposal, replaces } = assessment;
    await schedule(tx, 'response', [{ kind: 'proposal-deadline', key: proposal.id, dueAt: proposal.dueAt, payload: {} }]);
    const announced: DomainEvent[] = [
      ...(replaces === null ? [] : [superseded(after, replaces, `overtaken by ${proposal.id}`, flood.version, now)]),
      proposed(after, proposal, flood.version, now),
    ];
    await this.log.append(tx, [...announced, ...(await this.applyWaiting(tx, after, now))]);
  }

  /** Nobody decided: say so, and again, until somebody does. Silence never closes a proposal. */
  async remind(jobs: readonly Job[], { tx, now }: JobRun): Promise<void> {
    const { flood, remindAtMost } = this.plan;
    const state = await this.states.lock(tx, flood.authority);
    const open = state.proposal;
    if (open === null || !jobs.some(({ key }) => key === open.id) || open.reminders >= remindAtMost) return;
    const proposal = { ...open, reminders: open.reminders + 1 };
    await this.states.save(tx, { ...state, proposal });
    const minutes = open.to === 'none' ? flood.decideWithinMinutes.IV : flood.decideWithinMinutes[open.to];
    await schedule(tx, 'response', [{ kind: 'proposal-deadline', key: open.id, dueAt: addMinutes(now, minutes), payload: {} }]);
    await this.log.append(tx, [overdue(state, proposal, flood.version, now)]);
  }

  private async applyWaiting(tx: Tx, state: FloodResponse, now: UtcInstant): Promise<DomainEvent[]> {
    const events: DomainEvent[] = [];
    for (const order of await this.outcomes.release(tx, `${state.authority}/${state.hazard}`))
      events.push(...(await this.orders.apply(tx, order, now)));
    return events;
  }
}
