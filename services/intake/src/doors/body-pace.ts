import type { Readable } from 'node:stream';

/** A body that comes too slowly, or not at all: it would hold a place that others need. */
export class TooSlow extends Error {}

/** A slow start is no fault: the pace is looked at only after this. */
const GRACE_MS = 10_000;
const LEAST_BYTES_A_SECOND = 1_000;
const LOOK_EVERY_MS = 500;

/**
 * Hands on what comes, for as long as it keeps up.
 * @param seconds in which it must be whole
 * @throws TooSlow; the body itself is left open, so that the client can still be answered
 */
export async function* paced(body: Readable, seconds: number): AsyncGenerator<Buffer> {
  const begun = performance.now();
  let size = 0;
  let fail: (why: TooSlow) => void = () => undefined;
  const late = new Promise<never>((_, reject) => (fail = reject));
  late.catch(() => undefined); // a body that keeps up never asks
  const timer = setInterval(() => {
    const took = performance.now() - begun;
    if (took > seconds * 1_000) fail(new TooSlow(`not whole after ${seconds} seconds`));
    else if (took > GRACE_MS && size < (took / 1_000) * LEAST_BYTES_A_SECOND)
      fail(new TooSlow(`less than ${LEAST_BYTES_A_SECOND} bytes a second`));
  }, LOOK_EVERY_MS);
  try {
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      const { done, value } = await Promise.race([chunks.next(), late]);
      if (done === true) return;
      size += value.length;
      yield value;
    }
  } finally {
    clearInterval(timer);
  }
}
