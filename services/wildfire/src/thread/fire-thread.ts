import { fileURLToPath } from 'node:url';
import type { UtcInstant } from '@fengsui/contracts';
import { signSets, type HeatPlace, type HeatSeen, type MaskPlan, type MaskReplay } from '@fengsui/rules';
import type { Seen, SignReach } from '@fengsui/rules';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';

/** What a mask is learnt from. */
export type ToLearn = Readonly<{ signs: readonly HeatSeen[]; plan: MaskPlan; reach: SignReach; now: UtcInstant }>;
export type Learnt = Readonly<{ places: readonly HeatPlace[]; replay: MaskReplay }>;
export type ToGroup = Readonly<{ signs: readonly (Seen & Readonly<{ set: string | null }>)[]; reach: SignReach }>;

/** The program runs built, also for tests that run the sources. */
const PROGRAM = fileURLToPath(new URL('../../dist/thread/fire-worker.js', import.meta.url));
const IDLE_MS = 1_000;
/** Fewer are put to sets sooner than they are handed over. */
const MANY = 4_000;

/** What takes long is done on a thread beside the one that calls people. */
@Injectable()
export class FireThread implements OnApplicationShutdown {
  private readonly pool = new Piscina({ filename: PROGRAM, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS });

  /** Learns places of heat: an archive takes some seconds. */
  async learn(what: ToLearn): Promise<Learnt> {
    return (await this.pool.run(what, { name: 'learn' })) as Learnt;
  }

  /** As `signSets`: a dense day of a continent is no pause of everything else. */
  async signSets<S extends Seen>(
    signs: readonly S[],
    reach: SignReach,
    setOf: (sign: S) => string | null,
  ): Promise<S[][]> {
    if (signs.length < MANY) return signSets(signs, reach, setOf);
    const given = signs.map((sign) => {
      const { event, at, latitude, longitude } = sign;
      return { event, at, latitude, longitude, set: setOf(sign) };
    });
    const sets = (await this.pool.run({ signs: given, reach } satisfies ToGroup, { name: 'group' })) as number[][];
    return sets.map((set) => set.map((index) => signs[index] as S));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
