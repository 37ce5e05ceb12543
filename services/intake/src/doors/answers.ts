import type { Clock } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Receipt } from '../receipt.js';

/** How long an answer is kept for who did not hear it. */
const KEPT_DAYS = 7;

type Answer = Readonly<{ sha256: string; door: string; answer: Receipt }>;

/** Answers under idempotency keys: who lost the connection asks again with the same key, and hears what became of the first try. */
export class Answers {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  async find(feeder: string, key: string): Promise<Answer | null> {
    const [row] = (await this.db.query('select sha256, door, answer from intake.answered where feeder = $1 and key = $2', [
      feeder,
      key,
    ])) as Answer[];
    return row ?? null;
  }

  async keep(feeder: string, key: string, door: string, sha256: string, answer: Receipt): Promise<void> {
    const now = await this.clock.now();
    await this.db.query(
      `insert into intake.answered (feeder, key, sha256, door, status, answer, at) values ($1, $2, $3, $4, 200, $5, $6) on conflict do nothing`,
      [feeder, key, sha256, door, JSON.stringify(answer), now],
    );
    await this.db.query('delete from intake.answered where at < $1::timestamptz - make_interval(days => $2)', [now, KEPT_DAYS]);
  }
}
