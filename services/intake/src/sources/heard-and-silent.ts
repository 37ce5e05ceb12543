import type { SourceHeardV1, SourceSilentV1, UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import { GapRow } from '../tables/tables.js';

/** A demonstration goes through years in minutes: sources are looked at seldom. */
export const ASLEEP_MINUTES = 7 * 24 * 60;

/** A source was away from one time to another: what it published meanwhile came in afterwards, or is lost. */
export const withGap = (tx: Tx, gap: Omit<GapRow, 'state'>): Promise<void> =>
  insertRows(tx, GapRow, [{ ...gap, state: gapState(gap.fromAt, gap.toAt, gap.reaches) }], 'nothing');

/** Whether what a source published while it was away came in afterwards. */
const gapState = (from: UtcInstant, to: UtcInstant, reaches: UtcInstant | null): GapRow['state'] =>
  reaches === null || reaches >= to ? 'lost' : reaches <= from ? 'refilled' : 'in part';

export const silent = (
  source: string,
  heardAt: UtcInstant | null,
  silentSince: UtcInstant,
  reason: string,
  now: UtcInstant,
): SourceSilentV1 => ({
  id: `source-silent/${source}/${silentSince}`,
  type: 'source-silent.v1',
  key: source,
  occurredAt: silentSince,
  recordedAt: now,
  correlationId: `source/${source}`,
  causes: [],
  data: { source, heardAt, silentSince, reason },
});

export const heardAgain = (source: string, silentSince: UtcInstant, now: UtcInstant): SourceHeardV1 => ({
  id: `source-heard/${source}/${silentSince}`,
  type: 'source-heard.v1',
  key: source,
  occurredAt: now,
  recordedAt: now,
  correlationId: `source/${source}`,
  causes: [`source-silent/${source}/${silentSince}`],
  data: { source, silentSince },
});
