import type { DataSource, QueryRunner } from 'typeorm';
import { one, run } from './sql.js';

/**
 * An advisory lock that lives with a session of its own, so that it is free the moment its holder is gone. A session
 * may be lost under its holder: who acts under the lock asks before each step, and asking takes it again when it can
 * be had.
 */
export class SessionLock {
  private session: QueryRunner | null = null;
  private taken = false;

  /** @param take a query whose one column says whether the lock was had, as `pg_try_advisory_lock` does */
  constructor(
    private readonly db: DataSource,
    private readonly take: string,
    private readonly parameters: readonly unknown[],
  ) {}

  /** @returns whether this process has the lock now @throws when the database is away */
  async held(): Promise<boolean> {
    try {
      this.session ??= this.db.createQueryRunner();
      if (this.taken) await run(this.session.manager, 'select 1');
      else {
        const answer = await one<Record<string, boolean>>(this.session.manager, this.take, this.parameters);
        this.taken = Object.values(answer ?? {})[0] === true;
      }
      return this.taken;
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    const { session } = this;
    [this.session, this.taken] = [null, false];
    if (session === null) return;
    await run(session.manager, 'select pg_advisory_unlock_all()').catch(() => undefined);
    await session.release().catch(() => undefined);
  }
}
