import { roundHalfUp } from '@fengsui/rules';

/** A percentage as it is printed. */
export type Printed = Readonly<{ percent: number; decimals: number }>;

/** Bulletins round half up; some cut off (domain practice, Chizhou 2020). Either is possible. */
const cutOff = (value: number, decimals: number): number => {
  // What is a whole number of steps in decimal may lie just below it in binary.
  const shifted = Number(`${Math.abs(value).toPrecision(12)}e${decimals}`);
  return (Math.sign(value) * Math.floor(shifted)) / 10 ** decimals;
};

/** Whether a number is printed as this percentage. */
export const isPrintedAs = (percent: number, { percent: printed, decimals }: Printed): boolean =>
  roundHalfUp(percent, decimals) === printed || cutOff(percent, decimals) === printed;

const step = ({ decimals }: Printed): number => 10 ** -decimals;

/** Whole totals of which a whole part is this share. Empty: there is none, so one of the two is wrong. */
export function totalsFor(part: number, share: Printed): readonly number[] {
  if (share.percent === 0) return [part * 10 ** (share.decimals + 3) + 1]; // of very many a few are none
  const [most = 0, least = 0] = [share.percent - step(share), share.percent + step(share)].map(
    (one) => (part / one) * 100,
  );
  const isBounded = Number.isFinite(most) && most > 0;
  return wholeBetween(least, isBounded ? most : part * 1_000, (part / share.percent) * 100).filter(
    (total) => total >= part && total > 0 && isPrintedAs((part / total) * 100, share),
  );
}

/** Whole numbers of the period before from which a whole number changed by so much. @param change below 0: it fell */
export function basesFor(value: number, change: Printed): readonly number[] {
  if (change.percent === -100) return value === 0 ? [1] : []; // of anything; from very many a few are nearly all
  const factors = [change.percent - step(change), change.percent + step(change)].map((one) => 1 + one / 100);
  const [low = 0, high = 0] = factors;
  if (high <= 0) return [];
  return wholeBetween(value / high, low <= 0 ? value * 1_000 : value / low, value / (1 + change.percent / 100)).filter(
    (base) => base > 0 && isPrintedAs(((value - base) / base) * 100, change),
  );
}

/** Among so many there is one that fits: they are not looked for one by one. */
const ENOUGH = 100_000;

/** @param about where it would be without rounding: of a wide range only what lies around it is looked at */
function wholeBetween(least: number, most: number, about: number): number[] {
  const [from, to] = [Math.max(0, Math.floor(least) - 1), Math.ceil(most) + 1];
  const [first, last] = to - from <= ENOUGH ? [from, to] : [Math.floor(about) - 50, Math.floor(about) + 50];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** Whether there are more totals than are looked for one by one. */
export const isWide = (part: number, share: Printed): boolean =>
  share.percent === 0 ||
  (part / (share.percent - step(share)) - part / (share.percent + step(share))) * 100 > ENOUGH ||
  share.percent <= step(share);
