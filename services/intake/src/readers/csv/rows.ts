import type { Refusal } from '@fengsui/contracts';
import {
  recordOf,
  refuse,
  type DateSurvey,
  type Draft,
  type Head,
  type Reader,
  type Segment,
  type SourceRecord,
} from '../reader.js';
import { DateOrders, isSlashed, type DateOrder } from './date-order.js';
import { decoderOf, fieldsOf, notUtf8 } from '../text.js';

/** The first line of a CSV as its column names, trimmed. */
export function headerOf({ text }: Head): string[] {
  const line = text.replace(/^\ufeff/, '').split('\n', 1)[0] ?? '';
  return (fieldsOf(line.replace(/\r$/, '')) ?? []).map((name) => name.trim());
}

/** One row: its fields by the place of their column, read as the events it stands for. */
export type RowReader = (
  fields: readonly string[],
  place: string,
) => SourceRecord['drafts'] | Refusal | readonly Refusal[] | RowRead;
/** Events with notes about what was odd. */
type RowRead = Readonly<{ drafts: readonly Draft[]; notes: readonly string[] }>;

/**
 * A CSV with a header line (RFC 4180). Every row must have as many fields as the header; a last row that has fewer,
 * in a file that ends without a line end, was cut off in transfer.
 */
export const csvReader = (
  format: string,
  about: string,
  recognises: (header: readonly string[]) => boolean,
  rows: (header: readonly string[], order: DateOrder) => RowReader,
  more: MoreOfTable = {},
): Reader => ({
  format,
  about,
  unit: () => 'row',
  remembers: true,
  recognises: (head) => recognises(headerOf(head)),
  ...(more.dates === undefined ? {} : { survey: (head: Head) => surveyOf(head, more.dates?.(headerOf(head)) ?? null) }),
  begin: (head, order = 'unknown') => {
    const header = headerOf(head);
    const read = rows(header, order);
    const decode = decoderOf(head.encoding);
    let first = true;
    return (segment) => {
      if (!first) return [rowRecord(segment, decode(segment.bytes), { header, read, more })];
      first = false;
      return [];
    };
  },
});

/** What a table says of itself beside its rows. */
type MoreOfTable = Readonly<{
  /** Where its dates stand, and how many days one file spans at most. */
  dates?: (header: readonly string[]) => Readonly<{ column: number; spanDays: number | null }> | null;
  /** Whether the last field of a row is whole; of a file that ends without a line end it may have been cut. */
  isWhole?: (last: string, header: readonly string[]) => boolean;
}>;

function surveyOf(head: Head, dates: Readonly<{ column: number; spanDays: number | null }> | null): DateSurvey | null {
  if (dates === null || dates.column < 0) return null;
  const { column, spanDays } = dates;
  const decode = decoderOf(head.encoding);
  const cell = (line: string): string => fieldsOf(line)?.[column] ?? '';
  if (
    !head.text
      .split('\n')
      .slice(1)
      .some((line) => isSlashed(cell(line.replace(/\r$/, ''))))
  )
    return null;
  const orders = new DateOrders(spanDays);
  return {
    see: ({ bytes, number }) => {
      if (number > 1) orders.see(cell(decode(bytes) ?? ''));
    },
    order: () => orders.order(),
  };
}

type Table = Readonly<{ header: readonly string[]; read: RowReader; more: MoreOfTable }>;

function rowRecord(
  { bytes, from, number, last }: Segment,
  text: string | null,
  { header, read, more }: Table,
): SourceRecord {
  const columns = header.length;
  const place = `line ${number}`;
  if (text === null) return recordOf(place, from, bytes.length, notUtf8(place));
  const fields = fieldsOf(text);
  if (fields === null)
    return recordOf(
      place,
      from,
      bytes.length,
      refuse(place, 'a quote that is left open, or stands within a field', 'RFC 4180'),
    );
  if (fields.length !== columns) {
    const cut = last && fields.length < columns;
    return recordOf(
      place,
      from,
      bytes.length,
      refuse(
        place,
        cut ? `${CUT_OFF} ${fields.length} fields` : `${fields.length} fields`,
        `${columns} fields, as the header has`,
      ),
    );
  }
  // A segment goes without its line end; the last of a file that has none may have lost the end of its last field.
  if (last && more.isWhole?.(fields.at(-1) ?? '', header) === false)
    return recordOf(
      place,
      from,
      bytes.length,
      refuse(place, `${CUT_OFF} its last field`, 'a whole row with its line end'),
    );
  const made = read(fields, place);
  if (made === undefined) return { place, from, length: bytes.length, drafts: [] };
  if ('drafts' in made)
    return { place, from, length: bytes.length, drafts: made.drafts, notes: made.notes, apart: true };
  if (Array.isArray(made)) {
    const list = made as readonly (Draft | Refusal)[];
    return list.some((one) => 'reason' in one)
      ? { place, from, length: bytes.length, refusals: list as readonly Refusal[] }
      : { place, from, length: bytes.length, drafts: list as readonly Draft[], apart: true };
  }
  return { place, from, length: bytes.length, refusals: [made as Refusal] };
}

/** How the reason begins when a file ends in the middle of a row: whoever fetched it must fetch it again. */
export const CUT_OFF = 'the file ends in the middle of a row:';
