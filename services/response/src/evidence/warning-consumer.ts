import type { WarningSignal, WeatherWarningV1 } from '@fengsui/contracts';
import { schedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { isLate } from '@fengsui/rules';
import { TouchingThread } from '@fengsui/regions';
import { Consumes, OrdersDesk } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { assessAt } from '../levels/assess-at.js';
import { ResponsePlan } from '../plan.js';
import { EvidenceStore, justAfter, type WeighedWarning } from './evidence.js';
import { countiesOf } from './warned-counties.js';

/** What came before senders were judged was believed at the time. */
const mayBeSaid = ({ trust }: WeatherWarningV1['data']): boolean =>
  trust === undefined || trust.standing === 'entitled';

/** What a message refers to but for itself: real issuers have had updates that name themselves, and they stand. */
const othersIn = ({ sender, identifier, sentAt, references }: WeatherWarningV1['data']) =>
  references.filter(
    (reference) => reference.sender !== sender || reference.identifier !== identifier || reference.sentAt !== sentAt,
  );

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
    const actual = warnings.filter(({ data }) => data.status === 'Actual' && mayBeSaid(data));
    const ending = actual.filter(
      ({ data }) => data.references.length > 0 && (data.msgType === 'Update' || data.msgType === 'Cancel'),
    );
    const weighed: WeighedWarning[] = [];
    for (const warning of actual) weighed.push(...(await this.weigh(warning, await this.isHistory(tx, warning))));
    if (ending.length === 0 && weighed.length === 0) return;
    for (const { id, data } of ending)
      await this.evidence.endWarnings(tx, othersIn(data), { event: id, sentAt: data.sentAt });
    await this.evidence.addWarnings(tx, weighed);
    const unplaced = weighed.flatMap(({ event, unplaced: words }) => (words === null ? [] : [event]));
    await this.desk.targetsKnown([...new Set(unplaced)], unit);
    const ends = weighed.flatMap(({ expiresAt }) =>
      expiresAt !== null && expiresAt > now ? [justAfter(expiresAt)] : [],
    );
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now, ...ends]));
  }

  /** What goes on with something that is in force here is no history, however long it was under way. */
  private async isHistory(tx: Tx, warning: WeatherWarningV1): Promise<boolean> {
    return (
      isLate(warning, this.plan.lateAfterHours.warningsWithoutEnd) &&
      !(await this.evidence.anyInForce(tx, othersIn(warning.data)))
    );
  }

  /** Each signal of the message by itself, as far as it concerns floods and a county here. */
  private async weigh({ id, data }: WeatherWarningV1, old: boolean): Promise<WeighedWarning[]> {
    if (data.msgType !== 'Alert' && data.msgType !== 'Update') return [];
    const weighed: WeighedWarning[] = [];
    for (const [part, signal] of data.signals.entries()) {
      const { eventCode, colour, expiresAt } = signal;
      if (eventCode === null || !this.plan.flood.warnings.some((one) => one.eventCode === eventCode)) continue;
      const counties = await countiesOf(signal, data, this.plan.counties, this.thread);
      if (counties.length === 0) continue;
      const { sender, identifier, sentAt } = data;
      // One that says until when it holds is in force until then, however long it was under way.
      const late = old && expiresAt === null;
      const unplaced = signal.placedBy === 'issuer' ? wordsFor(signal, data) : null;
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
        late,
        unplaced,
      });
    }
    return weighed;
  }
}
