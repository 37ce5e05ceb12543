import { fromShanghai, type Refusal } from '@fengsui/contracts';
import type { WrittenHousehold, WrittenLedger, WrittenPerson } from '../../persons/ledger.js';
import { cutterOf } from '../cutting.js';
import { refuse, type Reader, type Segment, type SourceRecord } from '../reader.js';
import { decoderOf, fieldsOf, notUtf8 } from '../text.js';
import { headerOf } from './rows.js';

/** Columns, in Chinese as villages name them, or in English. */
const COLUMNS = {
  riskPoint: ['风险点', 'risk_point'],
  asOf: ['台账日期', 'as_of'],
  household: ['户号', 'household'],
  name: ['姓名', 'name'],
  idNumber: ['证件号', 'id_number'],
  phone: ['电话', 'phone'],
  address: ['住址', 'address'],
  groups: ['特殊群体', 'groups'],
  contact: ['联系人', 'contact'],
  contactPhone: ['联系人电话', 'contact_phone'],
  leaves: ['转移时间', 'leaves'],
  manner: ['转移方式', 'manner'],
  route: ['转移路线', 'route'],
  shelter: ['避护场所', 'shelter'],
} as const;
type Column = keyof typeof COLUMNS;
const REQUIRED: readonly Column[] = [
  'riskPoint',
  'asOf',
  'household',
  'name',
  'contact',
  'leaves',
  'manner',
  'route',
  'shelter',
];

/** A row without its meaning yet: no refusal repeats what stands in it, because it names somebody. */
type Row = Readonly<Record<Column, string>>;
/** One risk point while its rows come. */
type Gathered = {
  ledger: Omit<WrittenLedger, 'households'>;
  asOf: string;
  households: Map<string, Omit<WrittenHousehold, 'persons'> & { persons: WrittenPerson[] }>;
  first: Segment;
  refusals: Refusal[];
};

/**
 * A village's ledger of whom to move: one person a row, with the four things that are fixed for each household. Rows of
 * one risk point become one ledger, in place of the one before; a row that cannot be read refuses that ledger, because
 * a ledger that lacks somebody counts everybody as accounted for too soon.
 */
export const ledgerCsv: Reader = {
  format: 'ledger-csv',
  about: `Transfer ledgers 转移对象台账, one person a row, with the columns ${REQUIRED.map((one) => COLUMNS[one][0]).join('、')}; also 证件号、电话、住址、特殊群体、联系人电话. English names: ${Object.values(
    COLUMNS,
  )
    .map(([, english]) => english)
    .join(', ')}.`,
  unit: () => 'document',
  namesPersons: true,
  recognises: (head) => REQUIRED.every((column) => indexOf(headerOf(head), column) !== -1),
  begin: (head) => {
    const header = headerOf(head);
    const at = Object.fromEntries(
      (Object.keys(COLUMNS) as Column[]).map((column) => [column, indexOf(header, column)]),
    ) as Record<Column, number>;
    const decode = decoderOf(head.encoding);
    return (document) => {
      const gathered = new Map<string, Gathered>();
      const rows = cutterOf('row');
      const unplaced = [...rows.push(document.bytes), ...rows.end()].flatMap((row) =>
        row.number === 1 ? [] : takeRow(row, decode(row.bytes), { header, at, gathered }),
      );
      return [...unplaced, ...[...gathered.values()].map(recordOf)];
    };
  },
};

const indexOf = (header: readonly string[], column: Column): number =>
  header.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));

/** @returns a refused record where not even the risk point can be read */
function takeRow(
  segment: Segment,
  text: string | null,
  {
    header,
    at,
    gathered,
  }: Readonly<{ header: readonly string[]; at: Record<Column, number>; gathered: Map<string, Gathered> }>,
): SourceRecord[] {
  const place = `line ${segment.number}`;
  const alone = (refusal: Refusal): SourceRecord[] => [
    { place, from: segment.from, length: segment.bytes.length, refusals: [refusal] },
  ];
  if (text === null) return alone(notUtf8(place));
  if (text.trim() === '') return [];
  const fields = fieldsOf(text.replace(/\r?\n?$/, ''));
  if (fields === null || fields.length !== header.length)
    return alone(refuse(place, `${fields?.length ?? 0} fields`, `${header.length} fields, as the header has`));
  const row = Object.fromEntries(
    Object.entries(at).map(([column, index]) => [column, index === -1 ? '' : (fields[index] as string).trim()]),
  ) as Row;
  const { riskPoint } = row;
  if (riskPoint === '') return alone(refuse(`${place}, ${COLUMNS.riskPoint[0]}`, 'nothing', 'the id of a risk point'));
  const one: Gathered = gathered.get(riskPoint) ?? {
    ledger: { riskPoint },
    asOf: '',
    households: new Map(),
    first: segment,
    refusals: [],
  };
  gathered.set(riskPoint, one);
  const fault = faultOf(row, place);
  if (fault !== null) one.refusals.push(fault);
  else addTo(one, row);
  return [];
}

function faultOf(row: Row, place: string): Refusal | null {
  const missing = (['household', 'name', 'contact', 'leaves', 'manner', 'route'] as const).filter(
    (column) => row[column] === '',
  );
  if (missing.length > 0)
    return refuse(
      `${place}, ${missing.map((column) => COLUMNS[column][0]).join('、')}`,
      '空白 / nothing',
      '每户须有联系人、时间、方式、路线 / a contact, a time, a manner and a route for each household',
    );
  return dateOf(row.asOf) === null
    ? refuse(`${place}, ${COLUMNS.asOf[0]}`, `${JSON.stringify(row.asOf.slice(0, 40))}`, '年-月-日 / year, month, day')
    : null;
}

function addTo(one: Gathered, row: Row): void {
  const { asOf, household, name, idNumber, phone, address, groups, contact, contactPhone, leaves, manner, route } = row;
  if (asOf > one.asOf) one.asOf = asOf;
  const known = one.households.get(household) ?? {
    household,
    contact: { name: contact, ...(contactPhone === '' ? {} : { phone: contactPhone }) },
    leaves,
    manner,
    route,
    shelter: row.shelter === '' ? null : row.shelter,
    persons: [],
  };
  known.persons.push({
    name,
    ...(idNumber === '' ? {} : { idNumber }),
    ...(phone === '' ? {} : { phone }),
    ...(address === '' ? {} : { address }),
    groups: groups.split(/[、,，;；/\s]+/).filter((written) => written !== '' && written !== '无'),
  });
  one.households.set(household, known);
}

function recordOf({ ledger, asOf, households, first, refusals }: Gathered): SourceRecord {
  const at = {
    place: `风险点 ${ledger.riskPoint}（line ${first.number}）`,
    from: first.from,
    length: first.bytes.length,
  };
  const occurredAt = dateOf(asOf);
  if (refusals.length > 0 || occurredAt === null) return { ...at, refusals };
  return {
    ...at,
    drafts: [{ type: 'transfer-ledger.v1', occurredAt, data: { ...ledger, households: [...households.values()] } }],
  };
}

/** Midnight in Beijing of a day; null: it is none. */
function dateOf(written: string): string | null {
  const [, year, month, day] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(written) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const instant = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date)
    ? fromShanghai(`${date}T00:00`)
    : null;
}
