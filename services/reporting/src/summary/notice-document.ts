import { writeDocument } from './document.js';

/** A notice as it stands on paper. */
type Notice = Readonly<{
  number: string;
  title: string;
  addressees: string;
  paragraphs: readonly string[];
  issuer: string;
  date: string;
  at: string;
}>;

/** A notice 应急响应通知 as a .docx, in the form of the summary. The same notice gives the same bytes. */
export const noticeDocument = ({ number, title, addressees, paragraphs, issuer, date, at }: Notice): Promise<Buffer> =>
  writeDocument(
    {
      title,
      organ: issuer,
      blocks: [
        { kind: 'number', text: number },
        { kind: 'addressees', text: addressees },
        ...paragraphs.map((text) => ({ kind: 'paragraph' as const, text })),
      ],
    },
    { date, charts: new Map(), madeAt: at },
  );
