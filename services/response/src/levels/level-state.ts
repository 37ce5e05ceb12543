import type { Hazard, UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, type Tx } from '@fengsui/database';
import { fromStored, initialFloodResponse, type FloodResponse } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { LevelHistoryRow, StateRow } from '../tables/tables.js';

/**
 * Where the responses stand, one row an authority and response. Every method takes the transaction it runs in.
 */
@Injectable()
export class LevelStates {
  /** All that have begun at some time, held until commit: decisions on them, and on what they share, never race. */
  async lockAll(tx: Tx): Promise<readonly FloodResponse[]> {
    const found = await rows<{ body: object }>(
      tx,
      'select body from response.state order by authority, hazard for update',
    );
    return found.map(({ body }) => fromStored(body));
  }

  /** One of them, and the others. */
  async lock(
    tx: Tx,
    authority: string,
    hazard: Hazard,
  ): Promise<Readonly<{ state: FloodResponse; all: readonly FloodResponse[] }>> {
    const initial = initialFloodResponse(authority, hazard);
    await insertRows(tx, StateRow, [{ authority, hazard, body: initial }], 'nothing');
    const all = await this.lockAll(tx);
    return { state: all.find((one) => one.authority === authority && one.hazard === hazard) ?? initial, all };
  }

  async save(tx: Tx, state: FloodResponse): Promise<void> {
    const { authority, hazard } = state;
    await insertRows(tx, StateRow, [{ authority, hazard, body: state }], {
      on: ['authority', 'hazard'],
      set: ['body'],
    });
  }

  /** What was ordered, for good: the state only knows the last. */
  async remember(
    tx: Tx,
    state: FloodResponse,
    { event, at, recordedAt, plan }: Readonly<{ event: string; at: UtcInstant; recordedAt: UtcInstant; plan: string }>,
  ): Promise<void> {
    const { authority, hazard, level, issuedAs, areas, reason } = state;
    const decidedBy = state.decidedBy ?? '';
    await insertRows(
      tx,
      LevelHistoryRow,
      [{ event, authority, hazard, issuedAs, at, level, areas, decidedBy, reason, plan, recordedAt }],
      'nothing',
    );
  }
}
