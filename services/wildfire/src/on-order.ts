import type { OrderOf, OrderV1 } from '@fengsui/contracts';
import { Consumes, type Batch } from '@fengsui/log';
import { Controller, Inject } from '@nestjs/common';
import { Verdicts } from './verdicts.js';

@Controller()
export class OnOrder {
  constructor(@Inject(Verdicts) private readonly verdicts: Verdicts) {}

  @Consumes('wildfire', 'order.v1')
  async handle(orders: readonly OrderV1[], { tx, now, append }: Batch): Promise<void> {
    for (const order of orders)
      if (order.data.kind === 'verdict') append(...(await this.verdicts.apply(tx, order as OrderOf<'verdict'>, now)));
  }
}
