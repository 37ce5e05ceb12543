import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { initialFloodResponse, type FloodResponse } from '@fengsui/rules';

/** The state of the response, one row an authority. Every method takes the transaction it runs in. */
export class FloodStates {
  /** Loads the row and holds it until commit, so that two decisions on it never race. */
  async lock(tx: Tx, authority: string): Promise<FloodResponse> {
    await tx.query(`insert into response.state (authority, hazard, body) values ($1, 'flood', $2) on conflict do nothing`, [
      authority,
      initialFloodResponse(authority),
    ]);
    const [row] = (await tx.query(`select body from response.state where authority = $1 and hazard = 'flood' for update`, [authority])) as {
      body: FloodResponse;
    }[];
    return row?.body ?? initialFloodResponse(authority);
  }

  async save(tx: Tx, state: FloodResponse): Promise<void> {
    await tx.query('update response.state set body = $3 where authority = $1 and hazard = $2', [
      state.authority,
      state.hazard,
      JSON.stringify(state),
    ]);
  }

  /** What was ordered, for good: the state only knows the last. */
  async remember(tx: Tx, event: string, state: FloodResponse, at: UtcInstant, plan: string): Promise<void> {
    await tx.query(
      'insert into response.level_history (event, authority, hazard, at, level, decided_by, reason, plan) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
      [event, state.authority, state.hazard, at, state.level, state.decidedBy, state.reason, plan],
    );
  }
}
