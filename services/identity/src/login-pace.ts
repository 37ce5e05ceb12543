import { NotLetIn } from '@fengsui/access';
import { Clock } from '@fengsui/database';
import { Failures } from '@fengsui/service';
import { HttpException, Injectable, Logger } from '@nestjs/common';
import type { Request } from './request.js';

/** Wrong factors a minute and address. */
const WRONG_PER_MINUTE = 20;
/** Hashes at once, of 19 MiB each. */
const MOST_AT_ONCE = 8;

/** Bounds how often, and how many at once, factors are looked at: hashing takes memory and time on purpose. */
@Injectable()
export class LoginPace {
  private readonly logger = new Logger('login');
  private readonly failures = new Failures(WRONG_PER_MINUTE);
  private atOnce = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * What was wrong is written down with the name and the address, also of a name that there is not.
   * @throws HttpException 429; what the work throws
   */
  async watch<T>(person: string, { ip }: Request, work: () => Promise<T>): Promise<T> {
    const now = Date.parse(await this.clock.now());
    const who = JSON.stringify(person.slice(0, 60));
    if (this.failures.tooMany(ip, now) || this.atOnce >= MOST_AT_ONCE) {
      this.logger.warn(`${who} from ${ip}: not looked at, too many attempts`);
      throw new HttpException('尝试过于频繁，请稍后再试 / too many attempts: try again in a minute', 429);
    }
    this.atOnce += 1;
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotLetIn && error.because !== 'code-wanted') {
        const count = this.failures.add(ip, now);
        this.logger.warn(`${who} from ${ip}: ${error.because}, number ${count} in this minute`);
      }
      throw error;
    } finally {
      this.atOnce -= 1;
    }
  }
}
