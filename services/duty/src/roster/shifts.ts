import type { UtcInstant } from '@fengsui/contracts';
import { borders, turnOf, type Roster } from '@fengsui/rules';

/** Somebody has a role from a time until another, without a break. */
export type Shift = Readonly<{
  authority: string | null;
  role: string;
  person: string;
  from: UtcInstant;
  until: UtcInstant;
  /** Why the desk has it; null: it is their turn. */ gap: string | null;
}>;

/** Every shift of every role between two times, by authority and role; an unequal border makes an unequal shift. */
export function shiftsOf(roster: Roster, from: UtcInstant, until: UtcInstant): readonly Shift[] {
  const desks = new Map(
    roster.rotations.map(({ role, authority = null }) => [`${authority ?? ''}/${role}`, { role, authority }]),
  );
  const at = borders(roster, from, until);
  return [...desks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { role, authority }]) => {
      const found: Shift[] = [];
      for (const [index, begin] of at.entries()) {
        const { person, gap } = turnOf(roster, role, begin, authority);
        const end = at[index + 1] ?? until;
        const before = found.at(-1);
        // A border of another role ends no shift of this one.
        if (before?.person === person && before.gap === gap) found[found.length - 1] = { ...before, until: end };
        else found.push({ authority, role, person, from: begin, until: end, gap });
      }
      return found;
    });
}
