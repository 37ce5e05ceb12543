import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { afterAssessment, assess, demandOf, type Assessment, type FloodResponse } from '@fengsui/rules';
import { Due, OrdersDesk } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { EvidenceStore } from '../evidence/evidence.js';
import { ResponsePlan } from '../plan.js';
import { assessAt } from './assess-at.js';
import { overdue, proposed, superseded } from './level-events.js';
import { LevelStates } from './level-state.js';

/** Weighs what is known against the plan, and proposes a level. A person decides. */
@Injectable()
export class ProposeLevel {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly states: LevelStates,
    private readonly evidence: EvidenceStore,
    private readonly desk: OrdersDesk,
  ) {}

  /** Everything that came in at one instant is weighed once, as a whole. */
  @Due('response', 'assess')
  async assess(_: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const { flood } = this.plan;
    const before = await this.states.lock(tx, flood.authority);
    const assessment = assess(before, await this.weighed(tx, now), flood, now);
    const after = afterAssessment(before, assessment, now);
    await this.states.save(tx, after);
    switch (assessment.kind) {
      case 'keep':
        if (assessment.lookAgainAt !== null)
          await schedule(tx, 'response', assessAt(flood.authority, [assessment.lookAgainAt]));
        return;
      case 'withdraw':
        await unschedule(tx, 'response', 'proposal-deadline', [assessment.proposal.id]);
        return unit.append(superseded(before, assessment.proposal, assessment.reason, flood.version, now));
      case 'propose':
        return this.propose(after, assessment, unit);
    }
  }

  /** Nobody decided: say so, and again, until somebody does. Silence never closes a proposal. */
  @Due('response', 'proposal-deadline')
  async remind(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    const { flood, remindAtMost } = this.plan;
    const state = await this.states.lock(tx, flood.authority);
    const open = state.proposal;
    if (open === null || !jobs.some(({ key }) => key === open.id) || open.reminders >= remindAtMost) return;
    const proposal = { ...open, reminders: open.reminders + 1 };
    await this.states.save(tx, { ...state, proposal });
    const minutes = open.to === 'none' ? flood.decideWithinMinutes.IV : flood.decideWithinMinutes[open.to];
    await schedule(tx, 'response', [
      { kind: 'proposal-deadline', key: open.id, dueAt: addMinutes(now, minutes), payload: {} },
    ]);
    append(overdue(state, proposal, flood.version, now));
  }

  private async weighed(tx: Tx, now: UtcInstant) {
    const { flood } = this.plan;
    const evidence = await this.evidence.load(tx, now);
    return {
      byFresh: demandOf(evidence, flood, now, false),
      byAll: demandOf(evidence, flood, now, true),
      observedFresh: await this.evidence.observedSince(tx, addMinutes(now, -flood.freshForMinutes)),
    };
  }

  private async propose(
    state: FloodResponse,
    { proposal, replaces }: Extract<Assessment, { kind: 'propose' }>,
    unit: UnitOfWork,
  ): Promise<void> {
    const { version } = this.plan.flood;
    await schedule(unit.tx, 'response', [
      { kind: 'proposal-deadline', key: proposal.id, dueAt: proposal.dueAt, payload: {} },
    ]);
    if (replaces !== null) unit.append(superseded(state, replaces, `overtaken by ${proposal.id}`, version, unit.now));
    unit.append(proposed(state, proposal, version, unit.now));
    await this.desk.targetsKnown([`${state.authority}/${state.hazard}`], unit);
  }
}
