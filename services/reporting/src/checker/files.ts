import mammoth from 'mammoth';

/** A file that cannot be checked, and why. */
export class NoText extends Error {}

/**
 * The words of a document, a paragraph a line.
 * @param name by whose ending it is read: `.docx`; anything else is UTF-8 text
 * @throws NoText for what is no text
 */
export async function textOfFile(bytes: Buffer, name: string): Promise<string> {
  if (/\.docx$/i.test(name)) {
    try {
      return (await mammoth.extractRawText({ buffer: bytes })).value;
    } catch (error) {
      throw new NoText(`${name} 不是 Word 文档 / is no .docx: ${(error as Error).message}`);
    }
  }
  if (/\.(doc|xls|xlsx|pdf|wps|et)$/i.test(name))
    throw new NoText(`${name} 须另存为 .docx 或纯文本 / save it as .docx or plain text`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new NoText(`${name} 不是 UTF-8 文本 / is no UTF-8 text`);
  }
}
