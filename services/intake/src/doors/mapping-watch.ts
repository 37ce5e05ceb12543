import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IntakePlan } from '../plan.js';

const LOOK_EVERY_MS = 2_000;

/** Takes up mapping files of the city that are new or were changed, without a restart. */
@Injectable()
export class MappingWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('mappings');
  private readonly stop = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly plan: IntakePlan) {}

  onApplicationBootstrap(): void {
    this.sayBroken();
    this.work = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.work;
  }

  private async watch(): Promise<void> {
    for (;;) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.stop.signal, ref: false }).catch(() => undefined);
      if (this.stop.signal.aborted) return;
      try {
        const changed = this.plan.takeUpMappings();
        if (changed.length === 0) continue;
        this.logger.log(`taken up: ${changed.join(', ')}`);
        this.sayBroken();
      } catch (error) {
        this.logger.error((error as Error).message); // a share that is away comes back
      }
    }
  }

  private sayBroken(): void {
    for (const { file, reason } of this.plan.brokenMappings) this.logger.error(`${file}: ${reason}`);
  }
}
