import { Clock, insertRows, one, run } from '@fengsui/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AnsweredRow } from '../tables/tables.js';
import type { Receipt } from '../accepting/receipt.js';

/** How long an answer is kept for who did not hear it. */
const KEPT_DAYS = 7;

type Answer = Readonly<{ sha256: string; door: string; answer: Receipt }>;

/**
 * Answers under idempotency keys: who lost the connection asks again with the same key, and hears what became of the
 * first try.
 */
@Injectable()
export class KeptAnswers {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  async find(feeder: string, key: string): Promise<Answer | null> {
    return one<Answer>(this.db, 'select sha256, door, answer from intake.answered where feeder = $1 and key = $2', [
      feeder,
      key,
    ]);
  }

  async keep(feeder: string, key: string, { sha256, door, answer }: Answer): Promise<void> {
    const now = await this.clock.now();
    const kept = { feeder, key, sha256, door, status: 200, answer, at: now };
    await insertRows(this.db.manager, AnsweredRow, [kept], 'nothing');
    await run(this.db, 'delete from intake.answered where at < $1::timestamptz - make_interval(days => $2)', [
      now,
      KEPT_DAYS,
    ]);
  }
}
