import type { Readable } from 'node:stream';

/** A body that comes too slowly, or not at all: it would hold a place that others need. */
export class TooSlow extends Error {}

/** A slow start is no fault: the pace is looked at only after this. */
const GRACE_MS = 10_000;
const LEAST_BYTES_A_SECOND = 1_000;
/** What is not whole in time must come at this at least: a large file over a small line is no fault. */
const BYTES_A_SECOND_OF_LARGE = 100_000;
const LOOK_EVERY_MS = 500;

/**
 * Hands on what comes, for as long as it keeps up.
 * @param seconds in which it must be whole, or come at 100 KB a second
 * @throws TooSlow; the body itself is left open, so that the client can still be answered
 */
export async function* paced(body: Readable, seconds: number): AsyncGenerator<Buffer> {
  const begun = performance.now();
  let size = 0;
  let waiting: (why: TooSlow) => void = () => undefined;
  const timer = setInterval(() => {
    const why = tooSlow((performance.now() - begun) / 1_000, size, seconds);
    if (why !== null) waiting(new TooSlow(why));
  }, LOOK_EVERY_MS);
  try {
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      // A promise a chunk: one that all chunks were raced against would hold every one of them.
      const { done, value } = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
        waiting = reject;
        chunks.next().then(resolve, reject);
      });
      if (done === true) return;
      size += value.length;
      yield value;
    }
  } finally {
    clearInterval(timer);
  }
}

/** @param took seconds @param size bytes that came @returns null, or why it is too slow */
export function tooSlow(took: number, size: number, seconds: number): string | null {
  if (took > seconds && size < (took - seconds) * BYTES_A_SECOND_OF_LARGE + 1)
    return `not whole after ${seconds} seconds, and less than ${BYTES_A_SECOND_OF_LARGE} bytes a second`;
  if (took > GRACE_MS / 1_000 && size < took * LEAST_BYTES_A_SECOND)
    return `less than ${LEAST_BYTES_A_SECOND} bytes a second`;
  return null;
}
