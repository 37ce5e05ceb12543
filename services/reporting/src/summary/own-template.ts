import { patchDetector, patchDocument, PatchType, TextRun, type Paragraph, type Table } from 'docx';
import { TemplateFault } from './conditions.js';

/** What is put into a Word template of the bureau's own, by the names that stand in it between `{{` and `}}`. */
export type Put = Readonly<{
  /** Words; they take the look of the place where they are put. */
  words: Readonly<Record<'title' | 'organ' | 'date' | 'mark', string>>;
  /** Paragraphs and tables, each in a paragraph of its own. */
  pages: Readonly<Record<'body' | 'annex', readonly (Paragraph | Table)[]>>;
}>;
/** Without it the template prints nothing of the report. */
const NEEDED = 'body';

/**
 * A report in the bureau's own Word template: its page, headers and red head stay as they are.
 * @param file name of the template, for faults
 * @throws TemplateFault when it has a name that there is not, or no place for the text
 */
export async function intoOwnTemplate(template: Buffer, file: string, { words, pages }: Put): Promise<Buffer> {
  const found = await patchDetector({ data: template, trimPlaceholders: true }).catch((error: unknown) => {
    throw new TemplateFault(`${file}: is no .docx: ${String(error)}`);
  });
  const known = [...Object.keys(pages), ...Object.keys(words)];
  const unknown = found.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new TemplateFault(
      `${file}: {{${unknown.join('}}, {{')}}}: expected ${known.map((one) => `{{${one}}}`).join(' ')}`,
    );
  if (!found.includes(NEEDED)) throw new TemplateFault(`${file}: there is no {{${NEEDED}}}, the place for the text`);
  const patched = patchDocument({
    outputType: 'nodebuffer',
    data: template,
    trimPlaceholders: true,
    keepOriginalStyles: true,
    patches: {
      ...Object.fromEntries(
        Object.entries(words).map(([name, text]) => [
          name,
          { type: PatchType.PARAGRAPH, children: [new TextRun(text)] } as const,
        ]),
      ),
      body: {
        type: PatchType.DOCUMENT,
        // Where it has no place of its own, what numbers are follows the text.
        children: [...pages.body, ...(found.includes('annex') ? [] : pages.annex)],
      },
      annex: { type: PatchType.DOCUMENT, children: [...pages.annex] },
    },
  });
  return patched.catch((error: unknown) => {
    throw new TemplateFault(`${file}: cannot be filled: ${String(error)}`);
  });
}
