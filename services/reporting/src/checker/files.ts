import mammoth from 'mammoth';

/** A file that cannot be checked, and why. */
export class NoText extends Error {}

/** Rows of cells, and what they are called in a finding. */
export type CheckedTable = Readonly<{ name: string; rows: readonly (readonly string[])[] }>;
/** The words of a file, a paragraph a line, and its tables. */
export type CheckedFile = Readonly<{ text: string; tables: readonly CheckedTable[] }>;

/** Where a line may break; nobody reads it. */
const NO_WIDTH = '\u200b';

/**
 * @param name by whose ending it is read: `.docx`; anything else is UTF-8 text, in which lines with tabs are tables
 * @throws NoText for what is no text
 */
export async function readFileToCheck(bytes: Buffer, name: string): Promise<CheckedFile> {
  if (/\.docx$/i.test(name)) {
    try {
      const { value: text } = await mammoth.extractRawText({ buffer: bytes });
      const { value: html } = await mammoth.convertToHtml({ buffer: bytes });
      return { text: text.replaceAll(NO_WIDTH, ''), tables: tablesOfHtml(html.replaceAll(NO_WIDTH, '')) };
    } catch (error) {
      throw new NoText(`${name} 不是 Word 文档 / is no .docx: ${(error as Error).message}`);
    }
  }
  if (/\.(doc|xls|pdf|wps|et)$/i.test(name))
    throw new NoText(`${name} 须另存为 .docx、.xlsx 或纯文本 / save it as .docx, .xlsx or plain text`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    return { text, tables: tablesOfText(text) };
  } catch {
    throw new NoText(`${name} 不是 UTF-8 文本 / is no UTF-8 text`);
  }
}

/** What mammoth writes is its own, well-formed HTML. */
function tablesOfHtml(html: string): CheckedTable[] {
  return [...html.matchAll(/<table>(.*?)<\/table>/gs)].map(([, body = ''], index) => ({
    name: `表${index + 1}`,
    rows: gridOf([...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) => row)),
  }));
}

/** Cells in their columns: one that reaches over several columns or rows leaves the others of them empty. */
function gridOf(rows: readonly string[]): string[][] {
  const reaching = new Map<number, number>();
  return rows.map((row) => {
    const cells: string[] = [];
    const skip = (): void => {
      for (let left = reaching.get(cells.length) ?? 0; left > 0; left = reaching.get(cells.length) ?? 0) {
        reaching.set(cells.length, left - 1);
        cells.push('');
      }
    };
    for (const [, attributes = '', cell = ''] of row.matchAll(/<t[dh]([^>]*)>(.*?)<\/t[dh]>/gs)) {
      skip();
      const [wide, high] = ['colspan', 'rowspan'].map((name) =>
        Number(new RegExp(`${name}="(\\d+)"`).exec(attributes)?.[1] ?? 1),
      );
      for (let column = 0; column < (wide ?? 1); column += 1) {
        if ((high ?? 1) > 1) reaching.set(cells.length, (high ?? 1) - 1);
        cells.push(column === 0 ? wordsOf(cell) : '');
      }
    }
    skip();
    return cells;
  });
}

const wordsOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();

/** Lines with tabs that follow each other. */
function tablesOfText(text: string): CheckedTable[] {
  const tables: CheckedTable[] = [];
  let rows: string[][] = [];
  let first = 0;
  const end = (): void => {
    if (rows.length > 1) tables.push({ name: `第${first}行起`, rows });
    rows = [];
  };
  text.split('\n').forEach((line, index) => {
    if (!line.includes('\t')) return end();
    if (rows.length === 0) first = index + 1;
    rows.push(line.split('\t').map((cell) => cell.trim()));
  });
  end();
  return tables;
}
