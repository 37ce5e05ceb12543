import type { OrderV1, UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';

/** What became of each order, so that whoever sent it can see it. */
export class OrderOutcomes {
  async settled(tx: Tx, order: OrderV1): Promise<boolean> {
    return ((await tx.query('select 1 from response.order_outcome where event = $1', [order.id])) as unknown[]).length > 0;
  }

  async settle(tx: Tx, order: OrderV1, outcome: 'done' | 'rejected', reason: string, now: UtcInstant): Promise<void> {
    await tx.query(
      'insert into response.order_outcome (event, kind, outcome, reason, at) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [order.id, order.data.kind, outcome, reason, now],
    );
  }

  /** Keeps an order whose target is not known yet. */
  async wait(tx: Tx, order: OrderV1, target: string, until: UtcInstant): Promise<void> {
    await tx.query('insert into response.waiting_order (event, target, body, until) values ($1, $2, $3, $4) on conflict do nothing', [
      order.id,
      target,
      JSON.stringify(order),
      until,
    ]);
  }

  /** Takes an order out of waiting when its time is over. */
  async takeBack(tx: Tx, eventId: string): Promise<OrderV1 | null> {
    const [rows] = (await tx.query('delete from response.waiting_order where event = $1 returning body', [eventId])) as [
      { body: OrderV1 }[],
      number,
    ];
    return rows[0]?.body ?? null;
  }

  /** Orders that waited for this target, oldest first. */
  async release(tx: Tx, target: string): Promise<readonly OrderV1[]> {
    const [rows] = (await tx.query('delete from response.waiting_order where target = $1 returning body', [target])) as [
      { body: OrderV1 }[],
      number,
    ];
    return rows.map(({ body }) => body).sort((a, b) => (`${a.occurredAt} ${a.id}` < `${b.occurredAt} ${b.id}` ? -1 : 1));
  }
}
