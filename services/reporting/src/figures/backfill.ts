import { insertRows, rows, run, type Db, type Tx } from '@fengsui/database';
import { RUNTIME, type Runtime } from '@fengsui/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { asKeptNow, type FactContent, type FactKind } from '../facts/fact-content.js';
import { WITHDRAWING } from '../facts/fact-book.js';
import { Tally } from '../facts/tally.js';
import { BookedRow } from '../tables/tables.js';
import { INDICATORS } from './indicators.js';

const PAGE = 5_000;

/**
 * An indicator that is new in this release is counted over the facts that are there, before anything more is booked:
 * else a correction would take away what was never added.
 */
@Injectable()
export class Backfill implements OnModuleInit {
  constructor(
    private readonly db: DataSource,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.runtime.services.includes('reporting') || (await freshIn(this.db)).length === 0) return;
    await this.db.transaction(async (tx) => {
      await run(tx, 'select pg_advisory_xact_lock($1)', [WITHDRAWING]);
      // Asked again: another process may have counted them while we waited.
      const fresh = await freshIn(tx);
      const kinds = [...new Set(fresh.flatMap((one) => ('kind' in one ? [one.kind] : [])))];
      await count(tx, kinds, new Set(fresh.map(({ id }) => id)));
      await insertRows(
        tx,
        BookedRow,
        fresh.map(({ id, version }) => ({ indicator: id, version })),
        'nothing',
      );
    });
  }
}

/** Indicators that are not counted over all facts yet. */
async function freshIn(db: Db) {
  const known = await rows<{ indicator: string }>(db, 'select indicator from reporting.booked');
  const booked = new Set(known.map(({ indicator }) => indicator));
  return INDICATORS.filter((one) => 'kind' in one && !booked.has(one.id));
}

async function count(tx: Tx, kinds: readonly FactKind[], only: ReadonlySet<string>): Promise<void> {
  let after = ['', ''];
  for (;;) {
    const page = await rows<{ kind: FactKind; id: string; content: FactContent }>(
      tx,
      `select kind, id, content from reporting.subject
       where kind = any($1) and content is not null and (kind, id) > ($2, $3) order by kind, id limit $4`,
      [kinds, ...after, PAGE],
    );
    const tally = new Tally();
    for (const { content } of page) tally.count(asKeptNow(content), 1, only);
    await tally.write(tx);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = [last.kind, last.id];
  }
}
