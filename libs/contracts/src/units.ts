declare const unit: unique symbol;

/** UTC with milliseconds, always `YYYY-MM-DDTHH:mm:ss.sssZ`, so `<` compares time. */
export type UtcInstant = string & { readonly [unit]: 'utc' };

/** @throws RangeError when `value` is no instant that a clock can show. */
export const utc = (value: string | number | Date): UtcInstant => new Date(value).toISOString() as UtcInstant;

export const addMinutes = (at: UtcInstant, minutes: number): UtcInstant => utc(Date.parse(at) + minutes * 60_000);

export const minutesBetween = (from: UtcInstant, until: UtcInstant): number =>
  (Date.parse(until) - Date.parse(from)) / 60_000;

/**
 * China has had one zone without summer time since 1992, so the offset is a constant for every event this system can
 * hold.
 */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** The civil date in Asia/Shanghai, `YYYY-MM-DD`: the day that an event counts for. */
export const shanghaiDate = (at: UtcInstant): string =>
  new Date(Date.parse(at) + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

/** Wall time in Asia/Shanghai, `YYYY-MM-DDTHH:mm`, for sentences and readable ids. */
export const shanghaiMinute = (at: UtcInstant): string =>
  new Date(Date.parse(at) + SHANGHAI_OFFSET_MS).toISOString().slice(0, 16);

/** The instant of a wall time in Asia/Shanghai, given as `YYYY-MM-DD` or `YYYY-MM-DDTHH:mm[:ss]`. */
export const fromShanghai = (wall: string): UtcInstant =>
  utc(`${wall.length === 10 ? `${wall}T00:00:00` : wall}+08:00`);

/** 15 亩 are a hectare. */
export const MU_PER_HA = 15;
