import { fileURLToPath } from 'node:url';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import type { SourceRules } from '../readers/index.js';
import { refuse, type Head, type Reader, type Segment } from '../readers/reader.js';
import type { Link } from '../sources/links.js';
import type { CheckedRecord } from './checking.js';

/** What an index links to is found there, too. */
export type IndexTask = Readonly<{ index: Uint8Array; base: string }>;
/** What is read there: the reader by its name, and the bytes. */
export type ReadingTask = Readonly<{
  reader: Pick<Reader, 'format' | 'implied'>;
  head: Head;
  segment: Segment;
}>;

/** A document of 16 MB takes some seconds on a slow machine; what takes longer than this was made to. */
const MAX_MS = 60_000;
const MAX_HEAP_MB = 384;
/** It goes when nothing large came for a while. */
const IDLE_MS = 30_000;

/** The program runs built, also for tests that run the sources. */
const PROGRAM = fileURLToPath(new URL('../../dist/accepting/reading-worker.js', import.meta.url));

/**
 * Reads large segments, and holds them against the contracts, on a thread beside the one that answers: one after the
 * other, each with a bound on its time and its memory. What breaks a bound is refused; the next one is read.
 */
export class ReadingThread implements OnApplicationShutdown {
  private readonly pool: Piscina;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    rules: SourceRules,
    private readonly maxMs = MAX_MS,
    private readonly maxHeapMb = MAX_HEAP_MB,
  ) {
    this.pool = new Piscina({
      filename: PROGRAM,
      workerData: rules,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    // Whoever gave the task hears of it.
    this.pool.on('error', () => undefined);
  }

  /** The records of a segment, as its reader would give them here. */
  async read({ format, implied }: Reader, head: Head, segment: Segment): Promise<CheckedRecord[]> {
    const task: ReadingTask = {
      reader: implied === undefined ? { format } : { format, implied },
      head,
      segment,
    };
    try {
      return (await this.inTurn(task)) as CheckedRecord[];
    } catch (error) {
      const { name, code, message } = error as Error & { code?: string };
      const why =
        name === 'AbortError'
          ? `not read within ${this.maxMs / 1_000} s`
          : code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `more than ${this.maxHeapMb} MB of memory to read it`
            : null;
      if (why === null) throw new Error(`reading failed: ${message}`, { cause: error });
      const { from, number, bytes } = segment;
      const place = number === 1 && from === 0 ? 'document' : `element ${number}`;
      return [{ place, from, length: bytes.length, refusals: [refuse(place, why, 'a smaller document')] }];
    }
  }

  /** What an index links to, as `linksIn` finds it. @throws when it takes too long */
  async linksIn(index: Buffer, base: string): Promise<readonly Link[] | null> {
    return (await this.inTurn({ index, base })) as readonly Link[] | null;
  }

  /** One after the other, so that the time of each begins when it is read. */
  private inTurn(task: ReadingTask | IndexTask): Promise<unknown> {
    const done = this.turn.then((): unknown => this.pool.run(task, { signal: AbortSignal.timeout(this.maxMs) }));
    this.turn = done.catch(() => undefined);
    return done;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
