import { Logger } from '@nestjs/common';
import { Problem } from './problem.js';

/** Wrong keys a minute and address; the next are not looked at. */
const PER_MINUTE = 10;
/** Addresses that are remembered; more than this at once is an attack from everywhere. */
const MOST_ADDRESSES = 10_000;

/** Guessing keys is slow work here, and it is seen. */
export class WrongKeys {
  private readonly logger = new Logger('http');
  private readonly counts = new Map<string, Readonly<{ minute: number; count: number }>>();

  /**
   * @param now milliseconds
   * @param identify who it is, by the key
   * @throws Problem 429 after too many wrong ones; what `identify` throws
   */
  watch<T>(address: string, now: number, identify: () => T): T {
    const minute = Math.floor(now / 60_000);
    const before = this.counts.get(address);
    const count = before?.minute === minute ? before.count : 0;
    try {
      // A right key is let in however many wrong ones came from there: behind a proxy all come from one address.
      return identify();
    } catch (error) {
      if (error instanceof Problem && error.getStatus() === 401) {
        if (count >= PER_MINUTE)
          throw new Problem(429, 'too-many-keys', 'too many wrong keys', `at most ${PER_MINUTE} a minute`, {
            headers: { 'retry-after': String(60 - (Math.floor(now / 1_000) % 60)) },
          });
        if (this.counts.size >= MOST_ADDRESSES) this.counts.clear();
        this.counts.set(address, { minute, count: count + 1 });
        this.logger.warn(`a wrong key from ${address}, number ${count + 1} in this minute`);
      }
      throw error;
    }
  }
}
