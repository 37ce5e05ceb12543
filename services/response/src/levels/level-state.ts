import type { UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import { fromStored, initialFloodResponse, type FloodResponse } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { LevelHistoryRow, StateRow } from '../tables/tables.js';

/** The state of the response, one row an authority. Every method takes the transaction it runs in. */
@Injectable()
export class LevelStates {
  /** Loads the row and holds it until commit, so that two decisions on it never race. */
  async lock(tx: Tx, authority: string): Promise<FloodResponse> {
    const key = { authority, hazard: 'flood' };
    await insertRows(tx, StateRow, [{ ...key, body: initialFloodResponse(authority) }], 'nothing');
    const row = await tx.getRepository(StateRow).findOne({ where: key, lock: { mode: 'pessimistic_write' } });
    return row === null ? initialFloodResponse(authority) : fromStored(row.body);
  }

  async save(tx: Tx, state: FloodResponse): Promise<void> {
    await tx
      .getRepository(StateRow)
      .update({ authority: state.authority, hazard: state.hazard }, { body: state as never });
  }

  /** What was ordered, for good: the state only knows the last. */
  async remember(
    tx: Tx,
    state: FloodResponse,
    { event, at, recordedAt, plan }: Readonly<{ event: string; at: UtcInstant; recordedAt: UtcInstant; plan: string }>,
  ): Promise<void> {
    const { authority, hazard, level, areas, decidedBy, reason } = state;
    await insertRows(
      tx,
      LevelHistoryRow,
      [{ event, authority, hazard, at, level, areas, decidedBy: decidedBy ?? '', reason, plan, recordedAt }],
      'nothing',
    );
  }
}
