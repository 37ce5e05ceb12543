import type { AuthorityLevelV1, FloodForecastV1, ReadingV1, SituationV1, StormPositionV1 } from '@fengsui/contracts';
import { schedule } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { justAfter, notLate } from '@fengsui/rules';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { assessAt } from '../levels/assess-at.js';
import { ResponsePlan } from '../plan.js';
import { OtherEvidence } from './other-evidence.js';
import { EvidenceStore } from './evidence.js';

@Controller()
export class ReadingConsumer {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly evidence: EvidenceStore,
    private readonly others: OtherEvidence,
  ) {}

  /** Keeps the newest of each gauge; the case is weighed only when a threshold of the plan was crossed, up or down. */
  @Consumes('response', 'reading.v1')
  async readings(readings: readonly ReadingV1[], { tx, now }: UnitOfWork): Promise<void> {
    const timely = notLate(readings, this.plan.lateAfterHours.readings);
    const crossed = await this.evidence.addReadings(tx, timely);
    if ((await this.others.addReadings(tx, timely)) || crossed)
      await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now]));
  }

  /** What another authority has declared is evidence here. */
  @Consumes('response', 'authority-level.v1')
  async levels(declared: readonly AuthorityLevelV1[], { tx, now }: UnitOfWork): Promise<void> {
    await this.evidence.addLevels(tx, declared);
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now]));
  }

  /** What is reported of dikes, dams and standing water, and what a consultation judges. */
  @Consumes('response', 'situation.v1')
  async situations(situations: readonly SituationV1[], { tx, now }: UnitOfWork): Promise<void> {
    await this.others.addSituations(tx, situations);
    const ends = situations.flatMap(({ data: { untilAt } }) =>
      untilAt !== null && untilAt > now ? [justAfter(untilAt)] : [],
    );
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now, ...ends]));
  }

  @Consumes('response', 'storm-position.v1')
  async storms(positions: readonly StormPositionV1[], { tx, now }: UnitOfWork): Promise<void> {
    await this.others.addStorms(tx, positions);
    if (this.plan.asksFor('storm')) await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now]));
  }

  @Consumes('response', 'flood-forecast.v1')
  async forecasts(forecasts: readonly FloodForecastV1[], { tx, now }: UnitOfWork): Promise<void> {
    const here = forecasts.filter(({ data }) => this.plan.gauges.has(data.station));
    if (here.length === 0) return;
    await this.evidence.addForecasts(tx, here);
    const ends = here.flatMap(({ data }) => (data.validAt > now ? [justAfter(data.validAt)] : []));
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now, ...ends]));
  }
}
