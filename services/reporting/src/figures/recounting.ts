import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, rows, run, type Db, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due, RUNTIME, type Runtime } from '@fengsui/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { asKeptNow, FACT_KINDS, type FactContent, type FactKind } from '../facts/fact-content.js';
import { WITHDRAWING } from '../facts/fact-book.js';
import { heldOf, Tally } from '../facts/tally.js';
import { ReportingPlan } from '../plan.js';
import { BookedRow, DefinitionRow } from '../tables/tables.js';
import { askToRecount, bookedIn, hashOfId, HELD, RECOUNT } from './booked.js';
import type { Catalogue } from './catalogue.js';
import { eachPage } from './known.js';

/** What was rebuilt: over how many versions of facts, and what it came to over all time. */
export type Rebuilt = Readonly<{ id: string; facts: number; before: number; after: number }>;

/** Rows that are gathered before they are written: as many as memory has room for beside everything else. */
const GATHERED = 20_000;
const LATER_MINUTES = 10;

/**
 * An indicator that is new, or counts something else than it did, is counted over the facts that are there, before
 * anything more is booked: else a correction would take away what was never added.
 */
@Injectable()
export class Recounting implements OnModuleInit {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: ReportingPlan,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'services'>,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.runtime.services.includes('reporting') || (await isCurrent(this.db, this.plan.catalogue))) return;
    await this.db.transaction(async (tx) => {
      await this.recount(tx, await this.clock.now(tx));
      const { gone } = await staleIn(tx, this.plan.catalogue);
      await discard(tx, gone);
      await run(tx, 'delete from reporting.booked where indicator = any($1)', [gone]);
    });
  }

  /** What another process booked by other definitions meanwhile. */
  @Due('reporting', RECOUNT)
  async again(_jobs: readonly Job[], { tx, now }: UnitOfWork): Promise<void> {
    await this.recount(tx, now);
    // What only another process knows is for that one to count.
    const { gone } = await staleIn(tx, this.plan.catalogue);
    if (gone.length > 0) await askToRecount(tx, addMinutes(now, LATER_MINUTES));
  }

  private async recount(tx: Tx, now: UtcInstant): Promise<void> {
    const { catalogue } = this.plan;
    await run(tx, 'select pg_advisory_xact_lock($1)', [WITHDRAWING]);
    // Asked again: another process may have counted them while we waited.
    const { stale } = await staleIn(tx, catalogue);
    await discard(tx, stale);
    await count(tx, catalogue, new Set(stale));
    await keepDefinitions(tx, catalogue, now);
    await book(tx, catalogue, stale);
  }

  /**
   * Counts indicators anew from the facts. Nothing is booked meanwhile: events wait in the log.
   * @param ids null: all there are
   */
  async rebuild(ids: readonly string[] | null): Promise<readonly Rebuilt[]> {
    const { catalogue } = this.plan;
    const known = [...catalogue.hashes.keys()].filter((id) => catalogue.versionsOf(id).some((one) => 'kind' in one));
    const asked = known.filter((id) => ids === null || ids.includes(id));
    return this.db.transaction(async (tx) => {
      await run(tx, 'select pg_advisory_xact_lock($1)', [WITHDRAWING]);
      const before = await sumsOf(tx, asked);
      const all = ids === null ? [...asked, ...HELD.keys()] : asked;
      await discard(tx, all);
      const facts = await count(tx, catalogue, new Set(all));
      await keepDefinitions(tx, catalogue, await this.clock.now(tx));
      await book(tx, catalogue, all);
      const after = await sumsOf(tx, asked);
      return asked.map((id) => {
        const of = catalogue.kindsOf([id]).reduce((sum, kind) => sum + (facts.get(kind) ?? 0), 0);
        return { id, facts: of, before: before.get(id) ?? 0, after: after.get(id) ?? 0 };
      });
    });
  }
}

async function staleIn(db: Db, catalogue: Catalogue) {
  const booked = await bookedIn(db, catalogue);
  const ids = [...HELD.keys(), ...catalogue.hashes.keys()];
  const found = await rows<{ indicator: string }>(db, 'select indicator from reporting.booked');
  return {
    stale: ids.filter((id) => !booked.has(id)),
    gone: found.map(({ indicator }) => indicator).filter((id) => !ids.includes(id)),
  };
}

async function isCurrent(db: Db, catalogue: Catalogue): Promise<boolean> {
  const { stale, gone } = await staleIn(db, catalogue);
  return stale.length === 0 && gone.length === 0;
}

async function book(tx: Tx, catalogue: Catalogue, ids: readonly string[]): Promise<void> {
  const rowsOf = ids.map((indicator) => ({ indicator, hash: hashOfId(catalogue, indicator) }));
  await insertRows(tx, BookedRow, rowsOf, { on: ['indicator'], set: ['hash'] });
}

async function discard(tx: Tx, ids: readonly string[]): Promise<void> {
  await run(tx, 'delete from reporting.counter where indicator = any($1)', [ids]);
  await run(tx, 'delete from reporting.distinct_key where indicator = any($1)', [ids]);
}

/** Every version of every fact, as it became known. @returns how many there are of each kind */
async function count(tx: Tx, catalogue: Catalogue, ids: ReadonlySet<string>): Promise<ReadonlyMap<FactKind, number>> {
  const kinds = FACT_KINDS.filter((kind) => ids.has(heldOf(kind)) || catalogue.kindsOf(ids).includes(kind));
  const facts = new Map<FactKind, number>();
  const tally = new Tally(catalogue, ids);
  type Version = Readonly<{ kind: FactKind; subject: string; content: FactContent | null; recordedAt: UtcInstant }>;
  let last: Version | null = null;
  const inOrder = `select kind, subject, content, recorded_at as "recordedAt" from reporting.fact
    where kind = any($1) order by kind, subject, version`;
  await eachPage<Version>(tx, inOrder, [kinds], async (page) => {
    for (const version of page) {
      const { kind, subject, content, recordedAt } = version;
      const before: FactContent | null = last?.kind === kind && last.subject === subject ? last.content : null;
      tally.change(asKeptNow(before), asKeptNow(content), recordedAt);
      facts.set(kind, (facts.get(kind) ?? 0) + 1);
      last = version;
    }
    if (tally.size > GATHERED) await tally.write(tx);
  });
  await tally.write(tx);
  return facts;
}

async function sumsOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await rows<{ indicator: string; value: number }>(
    tx,
    `select indicator, sum(amount)::float8 as value from reporting.counter where indicator = any($1) group by 1
     union all select indicator, count(*)::float8 from (
       select indicator, key from reporting.distinct_key where indicator = any($1) group by 1, 2 having sum(facts) > 0) as once
     group by 1`,
    [ids],
  );
  return new Map(found.map(({ indicator, value }) => [indicator, value]));
}

/** What an indicator counted until now stays on record. */
async function keepDefinitions(tx: Tx, { definitions }: Catalogue, now: UtcInstant): Promise<void> {
  const kept = await rows<DefinitionRow>(
    tx,
    `select distinct on (indicator, version) indicator, version, definition from reporting.definition
     order by indicator, version, since desc`,
  );
  const texts = new Map(kept.map((row) => [`${row.indicator} ${row.version}`, canonical(row.definition)]));
  const changed = definitions.filter((one) => texts.get(`${one.id} ${one.version}`) !== canonical(one));
  await insertRows(
    tx,
    DefinitionRow,
    changed.map((definition) => ({ indicator: definition.id, version: definition.version, since: now, definition })),
    'nothing',
  );
}

/** The database gives the fields of a document in an order of its own. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
