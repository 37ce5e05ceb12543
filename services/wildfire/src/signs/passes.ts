import { utc, type HotspotV1, type UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import { Injectable } from '@nestjs/common';
import { PassRow } from '../tables/tables.js';

/** Data of a pass come in pieces of some minutes each. */
const PASS_MINUTES = 15;
/** The quarter of an hour in which a pass began. */
export const passAt = (at: UtcInstant): UtcInstant =>
  utc(Math.floor(Date.parse(at) / (PASS_MINUTES * 60_000)) * PASS_MINUTES * 60_000);

/** Passes of satellites of which anything came: one without heat here is not one that has not come yet. */
@Injectable()
export class Passes {
  /** @param inside events of pixels in this city */
  async take(hotspots: readonly HotspotV1[], inside: ReadonlySet<string>, tx: Tx): Promise<void> {
    const passes = new Map<string, PassRow>();
    for (const { id, occurredAt, recordedAt, data } of hotspots) {
      const at = passAt(occurredAt);
      const key = `${data.satellite} ${at}`;
      const pass = passes.get(key) ?? { satellite: data.satellite, at, pixels: 0, inside: 0, cameAt: recordedAt };
      pass.pixels += 1;
      pass.inside += inside.has(id) ? 1 : 0;
      passes.set(key, pass);
    }
    await insertRows(tx, PassRow, [...passes.values()], { on: ['satellite', 'at'], add: ['pixels', 'inside'] });
  }
}
