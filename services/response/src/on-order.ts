import { addMinutes, type DomainEvent, type OrderOf, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import { schedule, type Tx } from '@fengsui/database';
import { Consumes, type Batch } from '@fengsui/log';
import { Controller, Inject } from '@nestjs/common';
import { LevelOrders } from './level-orders.js';
import { OrderOutcomes } from './order-outcomes.js';
import { ResponsePlan } from './plan.js';
import { Tasks } from './tasks.js';

@Controller()
export class OnOrder {
  private readonly outcomes = new OrderOutcomes();
  private readonly tasks = new Tasks();

  constructor(
    @Inject(ResponsePlan) private readonly plan: ResponsePlan,
    @Inject(LevelOrders) private readonly levels: LevelOrders,
  ) {}

  /** Orders about levels and transfers; the others are for wildfire, duty and reporting. */
  @Consumes('response', 'order.v1')
  async handle(orders: readonly OrderV1[], { tx, now, append }: Batch): Promise<void> {
    for (const order of orders) append(...(await this.apply(tx, order, now)));
  }

  private apply(tx: Tx, order: OrderV1, now: UtcInstant): Promise<DomainEvent[]> {
    switch (order.data.kind) {
      case 'confirm':
      case 'refuse':
      case 'raise':
      case 'lower':
      case 'end':
        return this.levels.apply(tx, order, now);
      case 'progress':
        return this.progress(tx, order as OrderOf<'progress'>, now);
      case 'answer':
      case 'verdict':
      case 'correct':
        return Promise.resolve([]);
    }
  }

  private async progress(tx: Tx, order: OrderOf<'progress'>, now: UtcInstant): Promise<DomainEvent[]> {
    if (await this.outcomes.settled(tx, order as OrderV1)) return [];
    const said = await this.tasks.report(tx, order, now);
    if (said !== null) {
      await this.outcomes.settle(tx, order as OrderV1, 'done', said.map(({ id }) => id).join(' '), now);
      return said;
    }
    const until = addMinutes(now, this.plan.orderWaitsMinutes);
    await this.outcomes.wait(tx, order as OrderV1, order.data.taskId, until);
    await schedule(tx, 'response', [
      { kind: 'order-expiry', key: order.id, dueAt: until, payload: { because: `there is no task ${order.data.taskId}` } },
    ]);
    return [];
  }
}
