import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { insertRows, one, schedule, unschedule, type Db, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { assess, explain, type Assessment, type Evidence, type Explanation } from '@fengsui/rules';
import { Due, OrdersDesk } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { EvidenceStore } from '../evidence/evidence.js';
import { ResponsePlan } from '../plan.js';
import { AssessmentRow } from '../tables/tables.js';
import { assessAt } from './assess-at.js';
import { Items } from './items.js';
import { gaugeHeard, gaugeSilent, overdue, proposed, revised, superseded } from './level-events.js';
import { LevelStates } from './level-state.js';

/** Weighs what is known against the plan, and proposes a level. A person decides. */
@Injectable()
export class ProposeLevel {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly states: LevelStates,
    private readonly evidence: EvidenceStore,
    private readonly items: Items,
    private readonly desk: OrdersDesk,
  ) {}

  /** Everything that came in at one instant is weighed once, as a whole. */
  @Due('response', 'assess')
  async assess(_: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const { flood } = this.plan;
    const before = await this.states.lock(tx, flood.authority);
    const evidence = await this.evidence.load(tx, now);
    const assessment = assess(before, evidence, flood, now);
    const { after, outcome } = assessment;
    await this.states.save(tx, after);
    await this.remember(assessment, evidence, unit);
    await this.keepItems(assessment, evidence, unit);
    const looks = [assessment.lookAgainAt, this.items.nextAt(evidence, assessment, now)].flatMap((at) => at ?? []);
    if (looks.length > 0) await schedule(tx, 'response', assessAt(flood.authority, looks));
    switch (outcome.kind) {
      case 'keep':
        return;
      case 'revise':
        return unit.append(revised(after, outcome.proposal, flood.version, now));
      case 'withdraw':
        await unschedule(tx, 'response', 'proposal-deadline', [outcome.proposal.id]);
        return unit.append(superseded(before, outcome.proposal, outcome.reason, flood.version, now));
      case 'propose':
        return this.propose(assessment, outcome, unit);
    }
  }

  /** Nobody decided: say so, and again, until somebody does. Silence never closes a proposal. */
  @Due('response', 'proposal-deadline')
  async remind(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    const { flood } = this.plan;
    const state = await this.states.lock(tx, flood.authority);
    const open = state.proposal;
    if (open === null || !jobs.some(({ key }) => key === open.id)) return;
    const proposal = { ...open, reminders: open.reminders + 1 };
    await this.states.save(tx, { ...state, proposal });
    const minutes = open.to === 'none' ? flood.decideWithinMinutes.IV : flood.decideWithinMinutes[open.to];
    await schedule(tx, 'response', [
      { kind: 'proposal-deadline', key: open.id, dueAt: addMinutes(now, minutes), payload: {} },
    ]);
    append(overdue(state, proposal, flood.version, now));
  }

  private async propose(
    { after }: Assessment,
    { proposal, replaces }: Extract<Assessment['outcome'], { kind: 'propose' }>,
    unit: UnitOfWork,
  ): Promise<void> {
    const { flood } = this.plan;
    await schedule(unit.tx, 'response', [
      { kind: 'proposal-deadline', key: proposal.id, dueAt: proposal.dueAt, payload: {} },
    ]);
    if (replaces !== null) {
      await unschedule(unit.tx, 'response', 'proposal-deadline', [replaces.id]);
      unit.append(superseded(after, replaces, `由 ${proposal.id} 取代`, flood.version, unit.now));
    }
    unit.append(proposed(after, proposal, flood, unit.now));
    await this.desk.targetsKnown([`${after.authority}/${after.hazard}`], unit);
  }

  /** Why the level is what it is, kept each time when the answer is another. */
  private async remember(assessment: Assessment, evidence: Evidence, { tx, now }: UnitOfWork): Promise<void> {
    const { authority, hazard } = assessment.after;
    const before = await lastExplanation(tx, authority, hazard);
    const body = explain(assessment, evidence, this.plan.flood, { now, before });
    if (before !== null && JSON.stringify({ ...body, at: '' }) === JSON.stringify({ ...before, at: '' })) return;
    await insertRows(tx, AssessmentRow, [{ authority, hazard, at: now, body }], {
      on: ['authority', 'hazard', 'at'],
      set: ['body'],
    });
  }

  private async keepItems(assessment: Assessment, evidence: Evidence, { tx, now, append }: UnitOfWork): Promise<void> {
    const { unheard, heard } = await this.items.keep(tx, evidence, assessment, now);
    const { version, stations } = this.plan.flood;
    const county = (station: string): string => stations[station]?.county ?? this.plan.flood.authority;
    append(
      ...unheard.map((gauge) => gaugeSilent(gauge, county(gauge.station), version, now)),
      ...heard.map((station) => gaugeHeard(station, county(station), version, now)),
    );
  }
}

/** @param until the one that stood then; without it the last */
export async function lastExplanation(
  db: Db,
  authority: string,
  hazard: string,
  until: UtcInstant | null = null,
): Promise<Explanation | null> {
  const row = await one<{ body: Explanation }>(
    db,
    `select body from response.assessment where authority = $1 and hazard = $2 and ($3::timestamptz is null or at <= $3)
     order by at desc limit 1`,
    [authority, hazard, until],
  );
  return row?.body ?? null;
}
