import type { Shelter } from '../plan-file.js';

/** People for a shelter, by its number or name: those to come, and those who have come. */
export type Filling = Readonly<{ shelter: string; people: number }>;

/**
 * Shelters that more people are for than they hold, each with the next of its county that has room for the rest.
 * @param filling several of one shelter: the most counts
 */
export function fullShelters(
  shelters: readonly Shelter[],
  filling: readonly Filling[],
): Readonly<{ kind: string; about: string; words: string }>[] {
  const peopleFor = ({ id, name }: Shelter): number =>
    Math.max(0, ...filling.filter(({ shelter }) => shelter === id || shelter === name).map(({ people }) => people));
  const roomIn = (shelter: Shelter): number => shelter.capacity - peopleFor(shelter);
  return shelters
    .filter((shelter) => roomIn(shelter) < 0)
    .map((shelter) => {
      const { id, name, county, capacity } = shelter;
      const beyond = -roomIn(shelter);
      const others = shelters.filter((one) => one !== shelter && one.county === county && roomIn(one) > 0);
      const next = others.find((one) => roomIn(one) >= beyond) ?? others.sort((a, b) => roomIn(b) - roomIn(a))[0];
      const advice =
        next === undefined ? '本县（市、区）再无余位，请协调' : `建议改往“${next.name}”（尚余${roomIn(next)}人）`;
      return {
        kind: 'shelter-full',
        about: id,
        words: `避护场所“${name}”可容纳${capacity}人，本次须安置${peopleFor(shelter)}人，超出${beyond}人；${advice}`,
      };
    });
}
