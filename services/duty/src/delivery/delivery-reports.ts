import type { EventOf } from '@fengsui/contracts';
import { rows, run } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller, Logger } from '@nestjs/common';
import { DeliverMessages } from './deliver-messages.js';

type Reports = readonly EventOf<'delivery-report.v1'>[];
type Known = Readonly<{ key: string; state: string }>;

/**
 * What gateways report of messages that they took. One that arrived is `delivered`, whatever is said of it later; one
 * that will not arrive goes by the person's next channel at once, as if it had been refused.
 */
@Controller()
export class DeliveryReports {
  private readonly logger = new Logger('duty');

  constructor(private readonly messages: DeliverMessages) {}

  @Consumes('duty', 'delivery-report.v1')
  async reported(reports: Reports, unit: UnitOfWork): Promise<void> {
    for (const { data, occurredAt } of reports) {
      const { channel, message, outcome, text } = data;
      const [known] = await rows<Known>(
        unit.tx,
        `select key, state from duty.delivery where channel = $1 and (key = $2 or receipt = $2) order by key limit 1 for update`,
        [channel, message],
      );
      // A report of nothing is no fault of ours, and stays with intake.
      if (known === undefined) this.logger.warn(`${channel}: a report of ${message}, which was not sent by it`);
      else if (outcome === 'delivered' && known.state !== 'delivered')
        await run(unit.tx, `update duty.delivery set state = 'delivered', note = $2, done_at = $3 where key = $1`, [
          known.key,
          text,
          occurredAt,
        ]);
      else if (outcome === 'failed' && ['attempt', 'accepted'].includes(known.state))
        await this.messages.undelivered(unit.tx, known.key, text ?? 'reported as not delivered', unit.now);
    }
  }
}
