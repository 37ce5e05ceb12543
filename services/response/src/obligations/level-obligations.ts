import type { LevelOrdered, UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import {
  countiesOfAreas,
  nextReportAt,
  receiptsFor,
  stepsAt,
  type FloodPlan,
  type FloodResponse,
  type Owed,
} from '@fengsui/rules';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { LevelStates } from '../levels/level-state.js';
import { Notices, type Ordered } from '../levels/notices.js';
import { ResponsePlan } from '../plan.js';
import { Obligations } from './obligations.js';

const ROUND = 'report-round';

/** What a response asks of others: receipts for its notices, steps of its level, reports at clock times. */
@Injectable()
export class LevelObligations {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly states: LevelStates,
    private readonly notices: Notices,
    private readonly obligations: Obligations,
  ) {}

  /**
   * The level has changed: it is put on paper, and what it asks of others is owed from now on.
   * @returns the number of the notice; null where the authority writes none here
   */
  async changed(ordered: Ordered, plan: FloodPlan, unit: UnitOfWork): Promise<string | null> {
    const { before, after, event: cause, at } = ordered;
    const notice = await this.notices.issue(ordered, plan, unit.tx);
    const { authority, hazard, level } = after;
    const duties = this.plan.obligations.dutiesOf(authority);
    const episode = after.episodeId ?? before.episodeId;
    if (duties === null || episode === null) return notice;
    const about = { authority, about: episode };
    const ended = level === 'none';
    const reason = ended ? '响应已结束' : `由${notice ?? '后一次变更'}取代`;
    const kinds = ended ? (['receipt', 'step', 'situation-report'] as const) : (['receipt'] as const);
    await this.obligations.drop(about, kinds, { reason, cause }, unit);
    // Of an end, too, everybody is to know.
    const asked = ended ? before.level : level;
    if (notice !== null && asked !== 'none')
      await this.obligations.owe(receiptsFor(duties, { notice, level: asked, at }), about, unit);
    if (level === 'none') await unschedule(unit.tx, 'response', ROUND, [`${authority}/${hazard}`]);
    else {
      await this.obligations.owe(stepsAt(duties, { episode, level, at }), about, unit);
      await this.oweReports(after, level, at, unit);
    }
    return notice;
  }

  /** A clock time has come: what was owed then falls due by itself; the next reports are owed. */
  @Due('response', 'report-round')
  async round(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const due = new Set(jobs.map(({ key }) => key));
    for (const state of await this.states.lockAll(unit.tx))
      if (due.has(`${state.authority}/${state.hazard}`) && state.level !== 'none')
        await this.oweReports(state, state.level, unit.now, unit);
  }

  private async oweReports(
    { authority, hazard, episodeId, areas }: FloodResponse,
    level: LevelOrdered,
    now: UtcInstant,
    unit: UnitOfWork,
  ): Promise<void> {
    const duties = this.plan.obligations.dutiesOf(authority);
    const dueAt = duties === null ? null : nextReportAt(duties, level, now);
    if (dueAt === null || episodeId === null) return;
    const { flood } = this.plan;
    const owed = countiesOfAreas(areas, flood).map((county): Owed => ({
      matter: `report/${episodeId}/${dueAt}`,
      kind: 'situation-report',
      owner: { id: county, name: flood.names[county] ?? county },
      words: '定时报告',
      dueAt,
    }));
    await this.obligations.owe(owed, { authority, about: episodeId }, unit);
    await schedule(unit.tx, 'response', [{ kind: ROUND, key: `${authority}/${hazard}`, dueAt, payload: {} }]);
  }
}
