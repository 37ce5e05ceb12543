import type { TransferLedgerV1 } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { Ledgers } from './ledgers.js';

@Controller()
export class LedgerConsumer {
  constructor(private readonly ledgers: Ledgers) {}

  @Consumes('response', 'transfer-ledger.v1')
  take(ledgers: readonly TransferLedgerV1[], unit: UnitOfWork): Promise<void> {
    return this.ledgers.take(ledgers, unit);
  }
}
