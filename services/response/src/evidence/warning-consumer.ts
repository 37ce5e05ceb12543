import {
  addMinutes,
  isActual,
  mayBeSaid,
  othersIn,
  type UtcInstant,
  type WarningSignal,
  type WeatherWarningV1,
} from '@fengsui/contracts';
import { schedule } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { isLate, justAfter } from '@fengsui/rules';
import { TouchingThread } from '@fengsui/regions';
import { Consumes, OrdersDesk } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { assessAt } from '../levels/assess-at.js';
import { ResponsePlan } from '../plan.js';
import { EvidenceStore, type WeighedWarning } from './evidence.js';
import { countiesOf } from './warned-counties.js';

/** Where a signal holds, in its issuer's words. */
const wordsFor = (signal: WarningSignal, { infos }: WeatherWarningV1['data']): string =>
  [...new Set(signal.infos.flatMap((at) => infos[at]?.areas.map(({ areaDesc }) => areaDesc) ?? []))]
    .join('、')
    .slice(0, 200);

@Controller()
export class WarningConsumer {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly evidence: EvidenceStore,
    private readonly thread: TouchingThread,
    private readonly desk: OrdersDesk,
  ) {}

  /**
   * Keeps the warnings that concern floods here, ends those that are updated or cancelled, and has the case weighed.
   */
  @Consumes('response', 'weather-warning.v1')
  async handle(warnings: readonly WeatherWarningV1[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    // An exercise or a test decides nothing; neither does whoever may not say so. It is kept, and seen, by intake.
    const actual = warnings.filter(({ data }) => isActual(data) && mayBeSaid(data));
    const ending = actual.filter(
      ({ data }) => data.references.length > 0 && (data.msgType === 'Update' || data.msgType === 'Cancel'),
    );
    const weighed: WeighedWarning[] = [];
    for (const warning of actual) weighed.push(...(await this.weigh(warning, unit)));
    if (ending.length === 0 && weighed.length === 0) return;
    for (const { id, data } of ending)
      await this.evidence.endWarnings(tx, othersIn(data), { event: id, sentAt: data.sentAt });
    await this.evidence.addWarnings(tx, weighed);
    const unplaced = weighed.flatMap(({ event, unplaced: words }) => (words === null ? [] : [event]));
    await this.desk.targetsKnown([...new Set(unplaced)], unit);
    const ends = weighed.flatMap(({ countsUntil }) => (countsUntil > now ? [justAfter(countsUntil)] : []));
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now, ...ends]));
  }

  /** Each signal of the message by itself, as far as it concerns floods and a county here. */
  private async weigh(warning: WeatherWarningV1, { tx, now }: UnitOfWork): Promise<WeighedWarning[]> {
    const { id, data } = warning;
    if (data.msgType !== 'Alert' && data.msgType !== 'Update') return [];
    const { sender, identifier, sentAt } = data;
    const weighed: WeighedWarning[] = [];
    for (const [part, signal] of data.signals.entries()) {
      const { eventCode, colour, expiresAt } = signal;
      const kind = this.plan.flood.warnings.find((one) => one.eventCode === eventCode);
      if (eventCode === null || kind === undefined) continue;
      const counties = await countiesOf(signal, data, this.plan.counties, this.thread);
      if (counties.length === 0) continue;
      const old = isLate(warning, kind.holdsHours);
      // What goes on with something that is in force here is no history, however long it was under way.
      const goesOn = old && (await this.evidence.anyInForce(tx, othersIn(data)));
      // One that says until when it holds is in force until then, but for what its kind allows at the most.
      const holds = addMinutes(goesOn ? now : sentAt, kind.holdsHours * 60);
      const countsUntil = expiresAt === null ? holds : earlier(expiresAt, addMinutes(sentAt, kind.longestHours * 60));
      weighed.push({
        event: id,
        part,
        sender,
        identifier,
        sentAt,
        eventCode,
        colour,
        counties,
        expiresAt,
        countsUntil,
        late: old && !goesOn && expiresAt === null,
        unplaced: signal.placedBy === 'issuer' ? wordsFor(signal, data) : null,
      });
    }
    return weighed;
  }
}

const earlier = (a: UtcInstant, b: UtcInstant): UtcInstant => (a < b ? a : b);
