import { addMinutes } from '@fengsui/contracts';
import { schedule, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnWallTime } from '../on-wall-time.js';
import { DutyPlan } from '../plan.js';
import { gapInChinese, gapsAhead } from '../roster/gaps-ahead.js';
import { RosterChanges } from '../roster/roster-changes.js';
import { ROSTER_CHECK } from '../roster/shift-jobs.js';
import { SelfCheck } from './self-check.js';

const EVERY_MINUTES = 24 * 60;
/** As many gaps are named; whoever fills these is told of the next. */
const MOST_GAPS = 10;

/** The roster ahead is looked at every day and at every start: a gap in it is a call before it is a night. */
@Injectable()
export class RosterCheck implements OnApplicationBootstrap {
  constructor(
    private readonly wall: OnWallTime,
    private readonly plan: DutyPlan,
    private readonly changes: RosterChanges,
    private readonly selfCheck: SelfCheck,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.wall.begin((tx, now) => schedule(tx, 'duty', [checkAt(now)]));
  }

  @Due('duty', ROSTER_CHECK)
  async check(_jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const gaps = gapsAhead(this.plan, await this.changes.rosterOf(tx, now), now);
    const list = gaps
      .slice(0, MOST_GAPS)
      .map((gap) => gapInChinese(gap, this.plan, now))
      .join('；\n');
    const more = gaps.length > MOST_GAPS ? `；\n另有${gaps.length - MOST_GAPS}处` : '';
    if (gaps.length === 0) await this.selfCheck.good('roster', unit);
    else
      await this.selfCheck.found(
        'roster',
        {
          subject: `【值班空缺】今后有${gaps.length}处无人值班`,
          text: `${list}${more}。\n届时只能呼叫值班室，请尽快补齐值班表。`,
        },
        unit,
      );
    await schedule(tx, 'duty', [checkAt(addMinutes(now, EVERY_MINUTES))]);
  }
}

const checkAt = (dueAt: Job['dueAt']): Job => ({ kind: ROSTER_CHECK, key: ROSTER_CHECK, dueAt, payload: {} });
