import { utc, type UtcInstant } from '@fengsui/contracts';
import { createTask, validate, type ScheduledTask } from 'node-cron';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** An expression that matches on no day of four years is a mistake: 29 February is the rarest day there is. */
const LONGEST_SEARCH_DAYS = 1_462;

/**
 * The first matching instant after another one. `node-cron` says which instants match; what is due is a row, so a
 * fire that falls into downtime is still there afterwards.
 * @param expression five fields: minute hour day month weekday
 */
export function nextMatch(expression: string, timezone: string, after: UtcInstant): UtcInstant {
  if (!validate(expression)) throw new RangeError(`no cron expression: ${expression}`);
  const fields = expression.trim().split(/\s+/);
  const [days, hours, exact] = [`* * ${fields.slice(2).join(' ')}`, `* ${fields.slice(1).join(' ')}`, expression].map(
    (coarse) => taskOf(coarse, timezone),
  ) as [ScheduledTask, ScheduledTask, ScheduledTask];
  const start = Math.floor(Date.parse(after) / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let day = 0; day <= LONGEST_SEARCH_DAYS; day += 1) {
    const from = start + day * DAY_MINUTES * MINUTE_MS;
    // The window of a day from here spans two dates: either may match.
    if (!days.match(new Date(from)) && !days.match(new Date(from + (DAY_MINUTES - 1) * MINUTE_MS))) continue;
    for (let minute = 0; minute < DAY_MINUTES; minute += 1) {
      const at = new Date(from + minute * MINUTE_MS);
      if (exact.match(at)) return utc(at);
      // An hour that does not match is passed over whole; every zone of China begins its hours at minute 0.
      if (at.getUTCMinutes() === 0 && !hours.match(at)) minute += 59;
    }
  }
  throw new RangeError(`${expression} matches no day within four years`);
}

const tasks = new Map<string, ScheduledTask>();

function taskOf(expression: string, timezone: string): ScheduledTask {
  const key = `${timezone} ${expression}`;
  const known = tasks.get(key);
  if (known !== undefined) return known;
  const made = createTask(expression, () => undefined, { timezone });
  tasks.set(key, made);
  return made;
}
