import type { County } from '@fengsui/regions';

/** What a division is called beside its full name: 佛冈 for 佛冈县, 连山 for 连山壮族瑶族自治县. */
const shortOf = (name: string): string =>
  name.length <= 2 ? name : /自治[县州]$/.test(name) ? name.slice(0, 2) : name.replace(/[市县区]$/, '');

/** What may stand before the short name of a division: 阳山 is not named by 东阳山镇. */
const BEFORE = '(?<=^|[^\\u4e00-\\u9fa5]|[省市县区和及与至到在对为])';

/**
 * GB/T 2260 codes of the divisions that words name: the counties, else the city, else none. `佛冈县石角镇` names 佛冈县;
 * a town alone names no division, for two towns of one city may share a name.
 * @param divisions the city, then its counties
 */
export function divisionsNamed(words: string, [city, ...counties]: readonly County[]): string[] {
  const named = counties.filter(({ name }) => names(words, name));
  if (named.length > 0) return named.map(({ code }) => code).sort();
  return city !== undefined && (/[全我]市/.test(words) || names(words, city.name)) ? [city.code] : [];
}

const names = (words: string, name: string): boolean =>
  words.includes(name) || new RegExp(`${BEFORE}${shortOf(name)}`).test(words);

/** The division that is called so, in full or in short; null when none is. */
export const divisionCalled = (name: string, divisions: readonly County[]): string | null =>
  divisions.find((one) => one.name === name || shortOf(one.name) === name)?.code ?? null;
