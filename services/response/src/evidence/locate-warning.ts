import type { OrderOf } from '@fengsui/contracts';
import { schedule } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { assessAt } from '../levels/assess-at.js';
import { ResponsePlan } from '../plan.js';
import { WarningRow } from '../tables/tables.js';

/** A person says where a warning holds whose place nothing here knew: until then all of its sender counts. */
@Injectable()
export class LocateWarning {
  constructor(private readonly plan: ResponsePlan) {}

  @Takes('response', 'locate', ({ data }) => data.eventId)
  async locate(order: OrderOf<'locate'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const { eventId, counties } = order.data;
    const codes = this.plan.counties.all().map(({ code }) => code);
    const foreign = counties.find((code) => !codes.includes(code));
    if (foreign !== undefined)
      return rejected(`${foreign} 不是本市的县（市、区） / ${foreign} is no county of this city`);
    const warnings = tx.getRepository(WarningRow);
    const signals = await warnings.find({ where: { event: eventId }, lock: { mode: 'pessimistic_write' } });
    if (signals.length === 0)
      return targetUnknown(`没有这条涉汛预警 / there is no warning ${eventId} that concerns floods`);
    const unplaced = signals.filter((signal) => signal.unplaced !== null);
    if (unplaced.length === 0)
      return rejected(`该预警已写明区域，不由人工另定 / its issuer says where it holds: ask the issuer to update it`);
    const sorted = [...new Set(counties)].sort();
    for (const { event, part } of unplaced)
      await warnings.update({ event, part }, { counties: sorted, locatedBy: order.id });
    await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now]));
    const before = { counties: [...new Set(unplaced.flatMap((signal) => signal.counties))].sort() };
    return done(`${eventId}: ${sorted.join(' ') || '不在本市 / nowhere in this city'}`, {
      before,
      after: { counties: sorted },
    });
  }
}
