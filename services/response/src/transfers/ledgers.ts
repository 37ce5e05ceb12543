import type { TransferLedgerV1 } from '@fengsui/contracts';
import { insertRows, one, rows, run, type Db, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { LedgerPerson } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { LedgerRow } from '../tables/tables.js';

/** Who lives at the risk points, by pseudonym: whom a task is about, and whom a report means. */
@Injectable()
export class Ledgers {
  /** Of two ledgers of a risk point the one drawn up later stands, and of those of one day the one recorded last. */
  async take(ledgers: readonly TransferLedgerV1[], { tx }: UnitOfWork): Promise<void> {
    const newest = new Map<string, TransferLedgerV1>();
    for (const event of ledgers) {
      const other = newest.get(event.data.riskPoint);
      if (other === undefined || !isOlder(event, other)) newest.set(event.data.riskPoint, event);
    }
    const known = await rows<Pick<LedgerRow, 'riskPoint' | 'at' | 'recordedAt'>>(
      tx,
      'select risk_point as "riskPoint", at, recorded_at as "recordedAt" from response.ledger where risk_point = any($1) for update',
      [[...newest.keys()]],
    );
    for (const { riskPoint, at, recordedAt } of known) {
      const event = newest.get(riskPoint);
      if (event !== undefined && isOlder(event, { occurredAt: at, recordedAt })) newest.delete(riskPoint);
    }
    const written = [...newest.values()].map(({ id, occurredAt, recordedAt, data: { riskPoint, households } }) => ({
      riskPoint,
      at: occurredAt,
      recordedAt,
      event: id,
      people: households.reduce((sum, { persons }) => sum + persons.length, 0),
      households,
    }));
    await insertRows(tx, LedgerRow, written, {
      on: ['riskPoint'],
      set: ['at', 'recordedAt', 'event', 'people', 'households'],
    });
    // Who is being moved already is accounted for against who lives there now.
    await run(
      tx,
      `update response.task t set people = l.people, events = t.events || l.event
       from unnest($1::text[], $2::int[], $3::text[]) as l(risk_point, people, event)
       where t.risk_point = l.risk_point and t.state <> 'closed' and not l.event = any(t.events)`,
      [written.map((row) => row.riskPoint), written.map(({ people }) => people), written.map(({ event }) => event)],
    );
  }

  /** How many live at each of these risk points; those without a ledger are missing. */
  async countsOf(tx: Tx, riskPoints: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = await rows<Pick<LedgerRow, 'riskPoint' | 'people'>>(
      tx,
      'select risk_point as "riskPoint", people from response.ledger where risk_point = any($1)',
      [riskPoints],
    );
    return new Map(found.map(({ riskPoint, people }) => [riskPoint, people]));
  }

  /** Households of a risk point; null: it has no ledger. */
  async householdsOf(db: Db, riskPoint: string): Promise<LedgerRow['households'] | null> {
    const found = await one<Pick<LedgerRow, 'households'>>(
      db,
      'select households from response.ledger where risk_point = $1',
      [riskPoint],
    );
    return found?.households ?? null;
  }

  /** Whom a report may mean; null: there is no ledger, and whoever it names is a person. */
  async personsOf(tx: Tx, riskPoint: string): Promise<readonly LedgerPerson[] | null> {
    const households = await this.householdsOf(tx, riskPoint);
    return households?.flatMap(({ persons }) => persons) ?? null;
  }
}

const isOlder = (
  a: Pick<TransferLedgerV1, 'occurredAt' | 'recordedAt'>,
  b: Pick<TransferLedgerV1, 'occurredAt' | 'recordedAt'>,
): boolean => a.occurredAt < b.occurredAt || (a.occurredAt === b.occurredAt && a.recordedAt < b.recordedAt);
