/** Year-on-year 同比: in percent to one decimal, or the reason why there is none. */
export type Change = Readonly<{
  percent: number | null;
  direction: 'up' | 'down' | 'level' | null;
  note: 'zero-base' | 'no-base' | null;
}>;

/**
 * (current − previous) / previous. A zero base gives no percentage: the bulletins print a dash for it (domain
 * practice, Chizhou 2020).
 * @param previous null when the year before is not known or was counted differently
 */
export function yearOnYear(current: number, previous: number | null): Change {
  if (previous === null) return { percent: null, direction: null, note: 'no-base' };
  const direction = current > previous ? 'up' : current < previous ? 'down' : 'level';
  if (previous === 0) return { percent: current === 0 ? 0 : null, direction, note: current === 0 ? null : 'zero-base' };
  return { percent: roundHalfUp(((current - previous) / previous) * 100, 1), direction, note: null };
}

/** Half away from zero on the decimal text, because 1.005 * 100 is 100.49999999999999 in binary. */
export function roundHalfUp(value: number, decimals: number): number {
  // Less than a millionth is written with an exponent of its own.
  const [digits = '0', exponent = '0'] = Math.abs(value).toPrecision(15).split('e');
  const shifted = Number(`${digits}e${Number(exponent) + decimals}`);
  return (Math.sign(value) * Math.round(shifted)) / 10 ** decimals;
}
