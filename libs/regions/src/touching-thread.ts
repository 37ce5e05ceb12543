import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Counties, Shape } from './counties.js';

/** It goes when nothing large came for a while. */
const IDLE_MS = 30_000;
/** The program runs built, also for tests that run the sources. */
const PROGRAM = fileURLToPath(new URL('../dist/touching-worker.js', import.meta.url));

/** Finds the counties that long outlines touch, on a thread beside the one that answers. */
export class TouchingThread {
  private readonly pool: Piscina;

  constructor({ outlines }: Counties) {
    this.pool = new Piscina({
      filename: PROGRAM,
      workerData: outlines,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
  }

  /** As `Counties.touchedByAny`. */
  async touchedByAny(shapes: readonly Shape[]): Promise<readonly string[]> {
    return (await this.pool.run(shapes)) as readonly string[];
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
