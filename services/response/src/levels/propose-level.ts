import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { insertRows, one, rows, schedule, unschedule, type Db, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import {
  assess,
  evidenceFor,
  explain,
  isIdle,
  responsesOf,
  type Assessment,
  type Evidence,
  type Explanation,
  type FloodPlan,
  type OneResponse,
} from '@fengsui/rules';
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

  /** All that came in at one instant is weighed once, as a whole: for every authority, in each of its responses. */
  @Due('response', 'assess')
  async assess(_: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const states = await this.states.lockAll(tx);
    const evidence = await this.evidence.load(tx, now, states);
    const explained = await lastExplanations(tx);
    const weighed: Assessment[] = [];
    for (const plan of this.plan.plans.values()) {
      const own = states.filter(({ authority }) => authority === plan.authority);
      const concerning = plan === this.plan.flood ? evidence : evidenceFor(plan, evidence);
      for (const one of responsesOf(plan, own)) {
        const assessment = assess(one.state, concerning, one.plan, now, one.heldElsewhere);
        const begun = own.includes(one.state);
        const nothing = isIdle(assessment.after) && assessment.demand.met.length === 0;
        // The first response of the city always has an answer; of the others, those that have begun.
        const first = plan === this.plan.flood && one.state.hazard === 'flood';
        if (nothing && !begun && !first) continue;
        weighed.push(assessment);
        const before = explained.get(`${plan.authority}/${one.state.hazard}`) ?? null;
        await this.keep(assessment, { evidence: concerning, before, begun }, one, unit);
      }
    }
    await this.keepItems(weighed, evidence, unit);
    const looks = [...weighed.map(({ lookAgainAt }) => lookAgainAt), this.items.nextAt(evidence, weighed, now)];
    const times = looks.flatMap((at) => at ?? []);
    if (times.length > 0) await schedule(tx, 'response', assessAt(this.plan.flood.authority, times));
  }

  private async keep(
    assessment: Assessment,
    known: Known,
    { state: before, plan }: OneResponse,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx, now } = unit;
    const { after, outcome } = assessment;
    // Most of what comes in changes nothing: it is not written.
    if (!known.begun || JSON.stringify(after) !== JSON.stringify(before)) await this.states.save(tx, after);
    await this.remember(assessment, known, plan, unit);
    switch (outcome.kind) {
      case 'keep':
        return;
      case 'revise':
        return unit.append(revised(after, outcome.proposal, plan.version, now));
      case 'withdraw':
        await unschedule(tx, 'response', 'proposal-deadline', [outcome.proposal.id]);
        return unit.append(superseded(before, outcome.proposal, outcome.reason, plan.version, now));
      case 'propose':
        return this.propose(assessment, outcome, plan, unit);
    }
  }

  /** Nobody decided: say so, and again, until somebody does. Silence never closes a proposal. */
  @Due('response', 'proposal-deadline')
  async remind(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    const due = new Set(jobs.map(({ key }) => key));
    for (const state of await this.states.lockAll(tx)) {
      const { proposal: open } = state;
      const plan = this.plan.planOf(state.authority);
      if (open === null || plan === null || !due.has(open.id)) continue;
      const proposal = { ...open, reminders: open.reminders + 1 };
      await this.states.save(tx, { ...state, proposal });
      // What lets a level down waits for nobody at night: it is asked again as often as the plan says.
      const minutes =
        open.direction === 'down' || open.to === 'none'
          ? plan.lowering.askAgainMinutes
          : plan.decideWithinMinutes[open.to];
      await schedule(tx, 'response', [
        { kind: 'proposal-deadline', key: open.id, dueAt: addMinutes(now, minutes), payload: {} },
      ]);
      append(overdue(state, proposal, plan.version, now));
    }
  }

  private async propose(
    { after }: Assessment,
    { proposal, replaces }: Extract<Assessment['outcome'], { kind: 'propose' }>,
    plan: FloodPlan,
    unit: UnitOfWork,
  ): Promise<void> {
    await schedule(unit.tx, 'response', [
      { kind: 'proposal-deadline', key: proposal.id, dueAt: proposal.dueAt, payload: {} },
    ]);
    if (replaces !== null) {
      await unschedule(unit.tx, 'response', 'proposal-deadline', [replaces.id]);
      unit.append(superseded(after, replaces, `由 ${proposal.id} 取代`, plan.version, unit.now));
    }
    unit.append(proposed(after, proposal, plan, unit.now));
    await this.desk.targetsKnown([`${after.authority}/${after.hazard}`], unit);
  }

  /** Why the level is what it is, kept each time when the answer is another. */
  private async remember(
    assessment: Assessment,
    { evidence, before }: Known,
    plan: FloodPlan,
    { tx, now }: UnitOfWork,
  ): Promise<void> {
    const { authority, hazard } = assessment.after;
    const body = explain(assessment, evidence, plan, { now, before });
    if (before !== null && JSON.stringify({ ...body, at: '' }) === JSON.stringify({ ...before, at: '' })) return;
    await insertRows(tx, AssessmentRow, [{ authority, hazard, at: now, body }], {
      on: ['authority', 'hazard', 'at'],
      set: ['body'],
    });
  }

  private async keepItems(
    weighed: readonly Assessment[],
    evidence: Evidence,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { unheard, heard } = await this.items.keep(tx, evidence, weighed, now);
    const { version, stations } = this.plan.flood;
    const county = (station: string): string => stations[station]?.county ?? this.plan.flood.authority;
    append(
      ...unheard.map((gauge) => gaugeSilent(gauge, county(gauge.station), version, now)),
      ...heard.map((station) => gaugeHeard(station, county(station), version, now)),
    );
  }
}

/** What is known, how it was explained the last time, and whether the response has a row. */
type Known = Readonly<{ evidence: Evidence; before: Explanation | null; begun: boolean }>;

/** The last explanation of every response that has begun, by authority and hazard. */
async function lastExplanations(db: Db): Promise<ReadonlyMap<string, Explanation>> {
  const found = await rows<{ body: Explanation }>(
    db,
    `select a.body from response.state s cross join lateral (
       select body from response.assessment
       where authority = s.authority and hazard = s.hazard order by at desc limit 1) a`,
  );
  return new Map(found.map(({ body }) => [`${body.authority}/${body.response}`, body]));
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
