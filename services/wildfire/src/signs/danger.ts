import {
  addMinutes,
  isActual,
  mayBeSaid,
  othersIn,
  type Colour,
  type UtcInstant,
  type WeatherWarningV1,
} from '@fengsui/contracts';
import { insertRows, rows, run, type Tx } from '@fengsui/database';
import { Consumes } from '@fengsui/service';
import type { UnitOfWork } from '@fengsui/log';
import { Controller, Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { DangerRow } from '../tables/tables.js';

/** National event code of 森林火险 (GB/T 35561). */
const FOREST_FIRE_DANGER = '11B25';
/** A signal that says no end holds so long, unless it is ended. */
const HOLDS_MINUTES = 24 * 60;

/** Fire-danger signals 森林火险预警 that are in force, by county. */
@Injectable()
export class Danger {
  constructor(private readonly plan: WildfirePlan) {}

  /** Keeps signals, and ends those that are updated or cancelled. */
  async take(warnings: readonly WeatherWarningV1[], tx: Tx): Promise<void> {
    for (const warning of warnings) {
      const { data } = warning;
      if (!isActual(data) || !mayBeSaid(data)) continue;
      if (data.msgType !== 'Alert' && data.msgType !== 'Update' && data.msgType !== 'Cancel') continue;
      const ended = othersIn(data);
      if (ended.length > 0)
        await run(tx, `delete from wildfire.danger where sender = $1 and identifier = any($2)`, [
          data.sender,
          ended.map(({ identifier }) => identifier),
        ]);
      if (data.msgType !== 'Cancel') await insertRows(tx, DangerRow, this.rowsOf(warning), 'nothing');
    }
  }

  /** Colours in force, by county; those for the whole city under every one. */
  async inForce(tx: Tx, at: UtcInstant): Promise<(county: string) => readonly Colour[]> {
    const found = await rows<{ county: string | null; colour: Colour }>(
      tx,
      'select county, colour from wildfire.danger where since <= $1 and until > $1',
      [at],
    );
    return (county) => found.flatMap((row) => (row.county === null || row.county === county ? [row.colour] : []));
  }

  private rowsOf({ data }: WeatherWarningV1): DangerRow[] {
    return data.signals.flatMap(({ eventCode, colour, divisions, placedBy, onsetAt, expiresAt }, part) => {
      if (eventCode !== FOREST_FIRE_DANGER || colour === null || placedBy === 'nowhere') return [];
      const since = onsetAt ?? data.sentAt;
      const until = expiresAt ?? addMinutes(data.sentAt, HOLDS_MINUTES);
      // Where an outline or words say where, it is taken to hold everywhere here: never for fewer than it was meant.
      const counties = divisions.length === 0 ? [null] : this.countiesIn(divisions);
      return counties.map((county, at) => ({
        sender: data.sender,
        identifier: data.identifier,
        part: part * 100 + at,
        county,
        colour,
        since,
        until,
      }));
    });
  }

  private countiesIn(divisions: readonly string[]): (string | null)[] {
    const codes = this.plan.counties.all().map(({ code }) => code);
    const city = codes[0]?.slice(0, 4) ?? '';
    if (divisions.some((one) => one === `${city}00` || one === `${city.slice(0, 2)}0000`)) return [null];
    return [...new Set(divisions.map((one) => one.slice(0, 6)))].filter((one) => codes.includes(one));
  }
}

@Controller()
export class DangerConsumer {
  constructor(private readonly danger: Danger) {}

  @Consumes('wildfire', 'weather-warning.v1')
  warnings(warnings: readonly WeatherWarningV1[], { tx }: UnitOfWork): Promise<void> {
    return this.danger.take(warnings, tx);
  }
}
