import { addMinutes, fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import type { Condition, SeasonOfYear } from './flood-plan.js';

/** Whether an instant lies in a season, by Beijing's calendar. Without a season it always does. */
export function isInSeason(season: SeasonOfYear | undefined, at: UtcInstant): boolean {
  if (season === undefined) return true;
  const { from, until } = season;
  const day = shanghaiDate(at).slice(5);
  return from <= until ? from <= day && day <= until : from <= day || day <= until;
}

/** When a season of any condition begins or ends next; null: none has one. */
export function nextSeason(conditions: readonly Condition[], now: UtcInstant): UtcInstant | null {
  const year = Number(shanghaiDate(now).slice(0, 4));
  const turns = conditions.flatMap(({ season }) =>
    season === undefined
      ? []
      : [year, year + 1].flatMap((one) => [
          fromShanghai(`${one}-${season.from}T00:00`),
          addMinutes(fromShanghai(`${one}-${season.until}T00:00`), 24 * 60),
        ]),
  );
  return turns.filter((turn) => turn > now).sort()[0] ?? null;
}
