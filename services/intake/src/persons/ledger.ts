import { SPECIAL_GROUPS, type SpecialGroup } from '@fengsui/contracts';
import type { Draft } from '../readers/reader.js';
import type { Named, Pseudonyms } from './pseudonyms.js';

/** A ledger as its village writes it, before anybody's name is taken out. */
export type WrittenLedger = Readonly<{
  riskPoint: string;
  /** Whether it is one of an exercise. */ status?: unknown;
  county?: string | undefined;
  households: readonly WrittenHousehold[];
}>;
export type WrittenHousehold = Readonly<{
  household: string;
  contact?: WrittenPerson | null;
  leaves?: string;
  manner?: string;
  route?: string;
  shelter?: string | null;
  persons: readonly WrittenPerson[];
}>;
export type WrittenPerson = Readonly<{
  name: string;
  idNumber?: string | undefined;
  phone?: string | undefined;
  address?: string | undefined;
  groups?: readonly string[] | undefined;
}>;

/**
 * A ledger with pseudonyms in the place of names, and whom they stand for. What does not fit is left for the contract
 * to refuse, without a name in it.
 */
export function ledgerWithoutNames(
  draft: Draft,
  pseudonyms: Pseudonyms,
): Readonly<{ draft: Draft; named: readonly Named[] }> {
  const ledger = draft.data as Partial<WrittenLedger> | null;
  const riskPoint = textOf(ledger?.riskPoint);
  const named: Named[] = [];
  const known = (person: string, { name, phone, address }: WrittenPerson): string => {
    named.push({
      person,
      episode: null,
      name,
      ...(phone === undefined ? {} : { phone }),
      ...(address === undefined ? {} : { address }),
    });
    return person;
  };
  const households = listOf(ledger?.households).map((one) => {
    const household = textOf(one?.household);
    const contact = personOf(one?.contact);
    return {
      household,
      contact:
        contact === null ? null : known(pseudonyms('contact', `${contact.name}/${contact.phone ?? ''}`), contact),
      leaves: textOf(one?.leaves),
      manner: textOf(one?.manner),
      route: textOf(one?.route),
      shelter: textOf(one?.shelter) === '' ? null : textOf(one?.shelter),
      persons: listOf(one?.persons).map((written) => {
        const person = personOf(written);
        if (person === null) return null; // the contract says that somebody must stand there
        const own = pseudonyms(riskPoint, `${household}/${person.name}`);
        const id = person.idNumber === undefined ? own : pseudonyms('', person.idNumber);
        const sayings = [person.name, person.idNumber, person.phone].filter((said) => said !== undefined);
        return {
          person: known(id, person),
          knownAs: [...new Set([own, ...sayings.map((said) => pseudonyms(riskPoint, said))])],
          groups: [...new Set((person.groups ?? []).map(groupOf))],
          phone: person.phone !== undefined,
        };
      }),
    };
  });
  const county = ledger?.county ?? /^\d{6}/.exec(riskPoint)?.[0] ?? '';
  const status = ledger?.status === undefined ? {} : { status: ledger.status };
  return { draft: { ...draft, data: { riskPoint, ...status, county, households } }, named };
}

/** As villages write them; what is none of them still says that help is needed. */
const GROUPS: Readonly<Record<string, SpecialGroup>> = {
  老人: 'elderly',
  高龄: 'elderly',
  儿童: 'child',
  留守儿童: 'child',
  残疾: 'disabled',
  残疾人: 'disabled',
  孕妇: 'pregnant',
  病人: 'ill',
  独居: 'alone',
};
const groupOf = (written: string): SpecialGroup =>
  GROUPS[written] ?? ((SPECIAL_GROUPS as readonly string[]).includes(written) ? (written as SpecialGroup) : 'other');

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const listOf = <T>(value: readonly T[] | undefined): readonly (T | undefined)[] => (Array.isArray(value) ? value : []);

function personOf(value: unknown): WrittenPerson | null {
  if (value === null || typeof value !== 'object') return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const name = textOf(fields['name']);
  if (name === '') return null;
  const said = (field: string): string | undefined => textOf(fields[field]) || undefined;
  const { groups } = fields;
  return {
    name,
    idNumber: said('idNumber'),
    phone: said('phone'),
    address: said('address'),
    groups: Array.isArray(groups) ? groups.filter((one) => typeof one === 'string') : [],
  };
}
