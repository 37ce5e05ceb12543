import type { UtcInstant } from '@fengsui/contracts';
import { Clock, type Tx } from '@fengsui/database';
import { RUNTIME, type Runtime } from '@fengsui/service';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** What only an installation in its own time does: a demonstration plays years whose roster nobody keeps. */
@Injectable()
export class OnWallTime {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** At the start of the process that does duty's work, and of no other. */
  async begin(first: (tx: Tx, now: UtcInstant) => Promise<void>): Promise<void> {
    if (!this.runtime.services.includes('duty') || (await this.clock.isVirtual())) return;
    await this.db.transaction(async (tx) => first(tx, await this.clock.now(tx)));
  }
}
