/**
 * One line of a CSV (RFC 4180). What a spreadsheet would take for a formula is kept a text: what others wrote is in it.
 */
export const csvLine = (cells: readonly (string | number | null)[]): string => cells.map(cellOf).join(',');

function cellOf(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const plain = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
