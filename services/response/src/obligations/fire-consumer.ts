import { addMinutes, minutesBetween, type FireJudgedV1, type FireMergedV1, type FirePhaseV1 } from '@fengsui/contracts';
import { insertRows, one, run, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { fireReportsOwed, isLate } from '@fengsui/rules';
import { Consumes, Due } from '@fengsui/service';
import { Controller, Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { BurningFireRow } from '../tables/tables.js';
import { Obligations } from './obligations.js';

/** What becomes known so long after it is history, and nobody is to telephone for it. */
const NEWS_HOURS = 72;
const BURNING = 'fire-burning';

/** Which forest fires are reported up: as they are judged, and when their open flame goes on. */
@Injectable()
export class FireReports {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly obligations: Obligations,
  ) {}

  /** Who judged it to be something else later owes no report any more. */
  async judged(event: FireJudgedV1, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    const { fireId, county, verdict, firstSeenAt: since } = event.data;
    if (this.plan.obligations.fires.length === 0) return;
    const known = await one<BurningFireRow>(tx, `${ROW} where fire = $1 for update`, [fireId]);
    if (known !== null && event.occurredAt < known.judgedAt) return; // a later verdict holds
    const row = { fire: fireId, county, since, judgedAt: event.occurredAt, facts: event.data, isOver: false };
    if (verdict !== 'forest-fire') {
      if (known === null) return;
      await run(tx, 'update response.burning_fire set is_over = true, judged_at = $2 where fire = $1', [
        fireId,
        row.judgedAt,
      ]);
      return this.drop(fireId, '后核查为其他', event.id, unit);
    }
    if (isLate(event, NEWS_HOURS)) return;
    await insertRows(tx, BurningFireRow, [{ ...row, isOver: known?.isOver ?? false }], {
      on: ['fire'],
      set: ['county', 'since', 'judgedAt', 'facts'],
    });
    await this.owe(fireId, unit);
    await schedule(
      tx,
      'response',
      this.hours().map((hours) => burningAt(fireId, addMinutes(since, hours * 60 + 1), hours)),
    );
  }

  /** Its open flame is out, or it is no fire of its own any more. */
  async over(fire: string, tx: Tx): Promise<void> {
    await run(tx, 'update response.burning_fire set is_over = true where fire = $1', [fire]);
  }

  async drop(fire: string, reason: string, cause: string, unit: UnitOfWork): Promise<void> {
    await this.obligations.drop({ about: fire }, ['fire-report'], { reason, cause }, unit);
  }

  @Due('response', BURNING)
  async burning(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { payload } of jobs) await this.owe(String(payload['fire']), unit);
  }

  private async owe(fire: string, unit: UnitOfWork): Promise<void> {
    const row = await one<BurningFireRow>(unit.tx, `${ROW} where fire = $1`, [fire]);
    if (row === null) return;
    const burningHours = row.isOver ? 0 : minutesBetween(row.since, unit.now) / 60;
    const owed = fireReportsOwed({ ...row.facts, burningHours }, this.plan.obligations.fires, unit.now);
    await this.obligations.owe(owed, { authority: this.plan.flood.authority, about: fire }, unit);
  }

  private hours(): readonly number[] {
    return [...new Set(this.plan.obligations.fires.flatMap(({ when }) => when.burningHours ?? []))];
  }
}

@Controller()
export class FireConsumer {
  constructor(private readonly reports: FireReports) {}

  @Consumes('response', 'fire-judged.v1')
  async judged(events: readonly FireJudgedV1[], unit: UnitOfWork): Promise<void> {
    for (const event of events) await this.reports.judged(event, unit);
  }

  @Consumes('response', 'fire-phase.v1')
  async phases(events: readonly FirePhaseV1[], { tx }: UnitOfWork): Promise<void> {
    for (const { data } of events)
      if (data.phase !== 'awake' && data.phase !== 'asleep') await this.reports.over(data.fireId, tx);
  }

  @Consumes('response', 'fire-merged.v1')
  async merged(events: readonly FireMergedV1[], unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { fireId, mergedFireId } = event.data;
      await this.reports.over(mergedFireId, unit.tx);
      await this.reports.drop(mergedFireId, `已并入${fireId}`, event.id, unit);
    }
  }
}

const ROW = `select fire, county, since, judged_at as "judgedAt", facts, is_over as "isOver" from response.burning_fire`;
const burningAt = (fire: string, dueAt: Job['dueAt'], hours: number): Job => ({
  kind: BURNING,
  key: `${fire}/${hours}`,
  dueAt,
  payload: { fire },
});
