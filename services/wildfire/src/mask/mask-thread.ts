import { fileURLToPath } from 'node:url';
import type { UtcInstant } from '@fengsui/contracts';
import type { HeatPlace, HeatSeen, MaskPlan, MaskReplay, SignReach } from '@fengsui/rules';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';

/** What a mask is learnt from. */
export type ToLearn = Readonly<{ signs: readonly HeatSeen[]; plan: MaskPlan; reach: SignReach; now: UtcInstant }>;

/** The program runs built, also for tests that run the sources. */
const PROGRAM = fileURLToPath(new URL('../../dist/mask/mask-worker.js', import.meta.url));
const IDLE_MS = 1_000;

/** Learns on a thread beside the one that calls people: an archive takes some seconds. */
@Injectable()
export class MaskThread implements OnApplicationShutdown {
  private readonly pool = new Piscina({ filename: PROGRAM, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS });

  async learn(what: ToLearn): Promise<Readonly<{ places: readonly HeatPlace[]; replay: MaskReplay }>> {
    return (await this.pool.run(what)) as Readonly<{ places: readonly HeatPlace[]; replay: MaskReplay }>;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
