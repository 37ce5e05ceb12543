import type { OrderOf, OrderV1, UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { Consumes, type Batch } from '@fengsui/log';
import { Controller, Inject } from '@nestjs/common';
import { Calls } from './calls.js';

@Controller()
export class OnOrder {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Consumes('duty', 'order.v1')
  async handle(orders: readonly OrderV1[], { tx, now, append }: Batch): Promise<void> {
    for (const order of orders) {
      if (order.data.kind !== 'answer' || (await settled(tx, order.id))) continue;
      const said = await this.calls.answer(tx, order.data.callId, order.data.person, order.occurredAt, now, [order.id]);
      if (said === null) await this.calls.wait(tx, order as OrderOf<'answer'>, now);
      else {
        append(...said);
        await settleOrder(tx, order.id, 'done', said.length > 0 ? 'answered' : 'was answered already', now);
      }
    }
  }
}

const settled = async (tx: Tx, event: string): Promise<boolean> =>
  ((await tx.query('select 1 from duty.order_outcome where event = $1', [event])) as unknown[]).length > 0;

export async function settleOrder(tx: Tx, event: string, outcome: 'done' | 'rejected', reason: string, now: UtcInstant): Promise<void> {
  await tx.query('insert into duty.order_outcome (event, outcome, reason, at) values ($1, $2, $3, $4) on conflict do nothing', [
    event,
    outcome,
    reason,
    now,
  ]);
}
