import type { UtcInstant } from '@fengsui/contracts';
import type { NoticeText } from '@fengsui/rules';
import { writeDocument } from './document.js';

/** A notice 应急响应通知 as a .docx, in the form of the summary. The same notice gives the same bytes. */
export const noticeDocument = ({
  number,
  title,
  addressees,
  paragraphs,
  issuer,
  date,
  at,
}: NoticeText & Readonly<{ at: UtcInstant }>): Promise<Buffer> =>
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
