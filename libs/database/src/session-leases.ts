import type { DataSource, QueryRunner } from 'typeorm';
import { rows, run } from './sql.js';

/**
 * Any number of leases, held as advisory locks by one session of their own: all are free the moment their holder is
 * gone, whatever time it is, and no transaction stays open meanwhile.
 */
export class SessionLeases {
  private session: QueryRunner | null = null;
  /** One question at a time: it is one session. */
  private last: Promise<unknown> = Promise.resolve();

  /** @param scope leases of different scopes do not meet */
  constructor(
    private readonly db: DataSource,
    private readonly scope: string,
  ) {}

  /** False: the session is gone, and whatever it held is anybody's. */
  get open(): boolean {
    return this.session !== null;
  }

  /**
   * Tries the names in their order, until it has so many.
   * @returns those that were free
   * @throws when the database is away; then none is held any more
   */
  async take(names: readonly string[], most: number): Promise<ReadonlySet<string>> {
    if (names.length === 0) return new Set();
    return this.after(async () => {
      try {
        this.session ??= this.db.createQueryRunner();
        const taken = await rows<{ name: string }>(
          this.session.manager,
          `select name from (select name from unnest($2::text[]) with ordinality as t(name, n) order by n offset 0) tried
           where pg_try_advisory_lock(hashtext($1), hashtext(name)) limit $3`,
          [this.scope, names, most],
        );
        return new Set(taken.map(({ name }) => name));
      } catch (error) {
        await this.end();
        throw error;
      }
    });
  }

  /** Gives some back. What cannot be given back now is free when the session ends. */
  async give(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.after(async () => {
      if (this.session === null) return;
      await run(
        this.session.manager,
        'select pg_advisory_unlock(hashtext($1), hashtext(name)) from unnest($2::text[]) as t(name)',
        [this.scope, names],
      ).catch(() => this.end());
    });
  }

  async release(): Promise<void> {
    await this.after(() => this.end());
  }

  private after<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work);
    this.last = next.catch(() => undefined);
    return next;
  }

  private async end(): Promise<void> {
    const { session } = this;
    this.session = null;
    if (session === null) return;
    await run(session.manager, 'select pg_advisory_unlock_all()').catch(() => undefined);
    await session.release().catch(() => undefined);
  }
}
