import type { Refusal, UtcInstant } from '@fengsui/contracts';
import { refuse, type Reader } from '../reader.js';
import { instantAt } from '../local-time.js';
import { csvReader } from './rows.js';

/** Columns of a roster, in Chinese as offices write them, or in English. */
const COLUMNS = {
  role: ['岗位', 'role'],
  authority: ['机构', 'authority'],
  person: ['人员', 'person'],
  from: ['开始', 'from'],
  until: ['结束', 'until'],
  note: ['备注', 'note'],
} as const;
type Column = keyof typeof COLUMNS;
const REQUIRED: readonly Column[] = ['role', 'person', 'from', 'until'];

/** What the words of a roster mean here; null: nothing. */
export type RosterWords = Readonly<{
  roleOf: (written: string) => string | null;
  /** Code of an authority by its code or name; of nothing, the city's. */ authorityOf: (
    written: string,
  ) => string | null;
  /** By id or name; null: nobody, or more than one. */ personOf: (written: string) => string | null;
  /** Who imports it, for whom, when and why: each row is an order of theirs. */
  by: Readonly<{
    actor: string;
    speaksFor: string | null;
    now: UtcInstant;
    reason: string;
    /** How the numbers of its orders begin. */ orders: string;
  }>;
}>;

const WALL = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::00)?$/;

/** `2026-12-01 08:30` of Beijing; null for what no calendar has. */
function beijing(written: string): UtcInstant | null {
  const parts = WALL.exec(written.trim());
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1).map(Number);
  const at = instantAt({ year, month, day, hour, minute, second: 0 }, '+08:00');
  return at as UtcInstant | null;
}

/**
 * A roster 值班表 of shifts, one a row: role, person, from and until in Beijing time; each row is the order that this
 * person has this role then. A row that cannot be read is refused, and its neighbours go on.
 */
export const rosterCsv = (words: RosterWords): Reader =>
  csvReader(
    'roster-csv',
    `Rosters 值班表, one shift a row: ${REQUIRED.map((one) => COLUMNS[one][0]).join('、')}; also 机构、备注.`,
    (header) => REQUIRED.every((column) => placeOf(header, column) !== -1),
    (header) => (fields, place) => {
      const textOf = (column: Column): string => fields[placeOf(header, column)]?.trim() ?? '';
      const wrong = (column: Column, what: string, expected: string): Refusal =>
        refuse(`${place}, ${COLUMNS[column][0]}`, `${JSON.stringify(textOf(column).slice(0, 40))} ${what}`, expected);
      const role = words.roleOf(textOf('role'));
      const authority = words.authorityOf(textOf('authority'));
      const person = words.personOf(textOf('person'));
      const [fromAt, untilAt] = [beijing(textOf('from')), beijing(textOf('until'))];
      if (role === null) return wrong('role', '没有人轮值此岗位 / is no role of the roster', 'a role of duty.yaml');
      if (authority === null) return wrong('authority', '不是本市机构 / is no authority here', 'a county, or nothing');
      if (person === null)
        return wrong('person', '不是值班人员，或有重名 / is nobody of duty.yaml, or two people', 'an id or a name');
      if (fromAt === null) return wrong('from', '不是时间 / is no time', '2026-12-01 08:30');
      if (untilAt === null) return wrong('until', '不是时间 / is no time', '2026-12-01 08:30');
      if (fromAt >= untilAt) return wrong('until', '不晚于开始 / is not after its beginning', 'a later time');
      const { actor, speaksFor, now, reason, orders } = words.by;
      const note = textOf('note');
      const orderId = `${orders}${[authority, role, person, fromAt.replace(/\D/g, '')].join('-')}`;
      const data = { orderId, actor, speaksFor, reason: note === '' ? reason : note, kind: 'stand-in' };
      return [{ type: 'order.v1', occurredAt: now, data: { ...data, authority, role, person, fromAt, untilAt } }];
    },
  );

const placeOf = (header: readonly string[], column: Column): number =>
  header.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
