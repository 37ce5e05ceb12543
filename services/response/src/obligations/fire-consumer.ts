import {
  addMinutes,
  minutesBetween,
  type FireJudgedV1,
  type FireMergedV1,
  type FirePartedV1,
  type FirePhaseV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertRows, one, run, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { fireReportsOwed } from '@fengsui/rules';
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
    const { fireId, county, verdict, firstSeenAt: since, recheck = false } = event.data;
    if (this.plan.obligations.fires.length === 0 || recheck) return;
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
    // What became known long after it is history, also when the log is read from its beginning.
    if (known === null && minutesBetween(since, unit.now) > NEWS_HOURS * 60) return;
    const set = ['county', 'since', 'judgedAt', 'facts', 'isOver'] as const;
    await insertRows(tx, BurningFireRow, [row], { on: ['fire'], set });
    await this.begin(fireId, since, unit);
  }

  /** Its open flame is out, or it is no fire of its own any more. */
  async over(fire: string, isOver: boolean, tx: Tx): Promise<void> {
    await run(tx, 'update response.burning_fire set is_over = $2 where fire = $1', [fire, isOver]);
  }

  /** What is owed for it is owed for the fire in which it ended. */
  async merged({ id, data: { fireId, mergedFireId } }: FireMergedV1, unit: UnitOfWork): Promise<void> {
    const row = await one<BurningFireRow>(unit.tx, `${ROW} where fire = $1`, [mergedFireId]);
    if (row === null || row.isOver) return;
    await this.over(mergedFireId, true, unit.tx);
    await this.drop(mergedFireId, `已并入${fireId}`, id, unit);
    await insertRows(unit.tx, BurningFireRow, [{ ...row, fire: fireId }], 'nothing');
    await this.begin(fireId, row.since, unit);
  }

  /** It is a fire of its own again. */
  async parted(fire: string, unit: UnitOfWork): Promise<void> {
    await this.over(fire, false, unit.tx);
    await this.owe(fire, 0, unit);
  }

  async drop(fire: string, reason: string, cause: string, unit: UnitOfWork): Promise<void> {
    await this.obligations.drop({ about: fire }, ['fire-report'], { reason, cause }, unit);
  }

  @Due('response', BURNING)
  async burning(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { payload } of jobs) await this.owe(String(payload['fire']), Number(payload['hours']) + 1 / 60, unit);
  }

  /** @param burned hours for which its open flame is known to have burned */
  private async owe(fire: string, burned: number, unit: UnitOfWork): Promise<void> {
    const row = await one<BurningFireRow>(unit.tx, `${ROW} where fire = $1`, [fire]);
    if (row === null) return;
    const facts = { ...row.facts, fireId: fire, burningHours: row.isOver ? 0 : burned };
    const owed = fireReportsOwed(facts, this.plan.obligations.fires, unit.now);
    const dropped = await this.obligations.droppedOf(fire, unit.tx);
    // What was dropped, because it was judged otherwise for a while, is owed anew under another number.
    const anew = owed.map((one_) => {
      const times = dropped.filter((matter) => matter === one_.matter || matter.startsWith(`${one_.matter}/`)).length;
      return times === 0 ? one_ : { ...one_, matter: `${one_.matter}/${times + 1}` };
    });
    await this.obligations.owe(anew, { authority: this.plan.flood.authority, about: fire }, unit);
  }

  /** What is owed for it now, and what will be if its open flame goes on. */
  private async begin(fire: string, since: UtcInstant, unit: UnitOfWork): Promise<void> {
    await this.owe(fire, 0, unit);
    const times = this.hours().map((hours) => burningAt(fire, addMinutes(since, hours * 60 + 1), hours));
    const ahead = times.filter(({ dueAt }) => dueAt > unit.now);
    await schedule(unit.tx, 'response', ahead);
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
  async phases(events: readonly FirePhaseV1[], unit: UnitOfWork): Promise<void> {
    for (const { data } of events)
      // That no heat is seen is no word that the flame is out: clouds are seen through by nobody.
      if (data.phase === 'extinguished' || data.phase === 'withdrawn')
        await this.reports.over(data.fireId, true, unit.tx);
      else if (data.phase === 'awake') await this.reports.over(data.fireId, false, unit.tx);
  }

  @Consumes('response', 'fire-merged.v1')
  async merged(events: readonly FireMergedV1[], unit: UnitOfWork): Promise<void> {
    for (const event of events) await this.reports.merged(event, unit);
  }

  @Consumes('response', 'fire-parted.v1')
  async parted(events: readonly FirePartedV1[], unit: UnitOfWork): Promise<void> {
    for (const { data } of events) await this.reports.parted(data.partedFireId, unit);
  }
}

const ROW = `select fire, county, since, judged_at as "judgedAt", facts, is_over as "isOver" from response.burning_fire`;
const burningAt = (fire: string, dueAt: Job['dueAt'], hours: number): Job => ({
  kind: BURNING,
  key: `${fire}/${hours}`,
  dueAt,
  payload: { fire, hours },
});
