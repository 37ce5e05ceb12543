import type { LedgerHousehold } from '@fengsui/contracts';
import type { PersonView } from '../views.js';

/** In this order they are looked for. */
const FIRST: readonly (string | null)[] = [null, 'not-found', 'refused', 'told', 'elsewhere', 'moved', 'checked-in'];

/**
 * Everybody of a task: the people of the ledger with what is known of each, and who was reported without standing in
 * it. First who must still be looked for, of these whoever needs help.
 */
export function peopleOf(
  households: readonly LedgerHousehold[],
  known: readonly Pick<PersonView, 'person' | 'state' | 'at' | 'shelter'>[],
  destination: string,
): readonly PersonView[] {
  const stateOf = new Map(known.map((one) => [one.person, one]));
  const listed = households.flatMap(({ household, contact, leaves, manner, route, shelter, persons }) =>
    persons.map(({ person, groups, phone }): PersonView => {
      const found = stateOf.get(person);
      return {
        person,
        household,
        state: found?.state ?? null,
        at: found?.at ?? null,
        shelter: found?.shelter ?? shelter ?? destination,
        groups: [...groups],
        phone,
        contact,
        leaves,
        manner,
        route,
      };
    }),
  );
  const here = new Set(listed.map(({ person }) => person));
  const others = known
    .filter(({ person }) => !here.has(person))
    .map(({ person, state, at, shelter }): PersonView => ({
      person,
      household: null,
      state,
      at,
      shelter,
      groups: [],
      phone: false,
      contact: null,
      leaves: '',
      manner: '',
      route: '',
    }));
  const rank = ({ state, groups }: PersonView): number => FIRST.indexOf(state) * 2 - Number(groups.length > 0);
  return [...listed, ...others]
    .map((view, at) => ({ view, at }))
    .sort((a, b) => rank(a.view) - rank(b.view) || a.at - b.at)
    .map(({ view }) => view);
}
