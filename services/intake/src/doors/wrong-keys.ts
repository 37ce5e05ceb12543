import { Failures, secondsToNext } from '@fengsui/service';
import { Logger } from '@nestjs/common';
import { Problem } from './problem.js';

/** Wrong keys a minute and address; the next are not looked at. */
const PER_MINUTE = 10;

/** Guessing keys is slow work here, and it is seen. */
export class WrongKeys {
  private readonly logger = new Logger('http');
  private readonly failures = new Failures(PER_MINUTE);

  /**
   * @param now milliseconds
   * @param identify who it is, by the key
   * @throws Problem 429 after too many wrong ones; what `identify` throws
   */
  watch<T>(address: string, now: number, identify: () => T): T {
    try {
      // A right key is let in however many wrong ones came from there: behind a proxy all come from one address.
      return identify();
    } catch (error) {
      if (error instanceof Problem && error.getStatus() === 401) {
        if (this.failures.tooMany(address, now))
          throw new Problem(429, 'too-many-keys', 'too many wrong keys', `at most ${PER_MINUTE} a minute`, {
            headers: { 'retry-after': String(secondsToNext(now)) },
          });
        this.logger.warn(`a wrong key from ${address}, number ${this.failures.add(address, now)} in this minute`);
      }
      throw error;
    }
  }
}
