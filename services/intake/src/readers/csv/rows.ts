import type { Refusal } from '@fengsui/contracts';
import { recordOf, refuse, type Draft, type Head, type Segment, type Reader, type SourceRecord } from '../reader.js';
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
  rows: (header: readonly string[], head: Head) => RowReader,
): Reader => ({
  format,
  about,
  unit: () => 'row',
  remembers: true,
  recognises: (head) => recognises(headerOf(head)),
  begin: (head) => {
    const header = headerOf(head);
    const read = rows(header, head);
    const decode = decoderOf(head.encoding);
    let first = true;
    return (segment) => {
      if (!first) return [rowRecord(segment, decode(segment.bytes), header.length, read)];
      first = false;
      return [];
    };
  },
});

function rowRecord(
  { bytes, from, number, last }: Segment,
  text: string | null,
  columns: number,
  read: RowReader,
): SourceRecord {
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
  const made = read(fields, place);
  if (made === undefined) return { place, from, length: bytes.length, drafts: [] };
  if ('drafts' in made) return { place, from, length: bytes.length, drafts: made.drafts, notes: made.notes };
  if (Array.isArray(made)) {
    const list = made as readonly (Draft | Refusal)[];
    return list.some((one) => 'reason' in one)
      ? { place, from, length: bytes.length, refusals: list as readonly Refusal[] }
      : { place, from, length: bytes.length, drafts: list as readonly Draft[] };
  }
  return { place, from, length: bytes.length, refusals: [made as Refusal] };
}

/** How the reason begins when a file ends in the middle of a row: whoever fetched it must fetch it again. */
export const CUT_OFF = 'the file ends in the middle of a row:';
