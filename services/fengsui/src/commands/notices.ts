import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { noticeDocument } from '@fengsui/reporting';
import { textOf, wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when } from '../terminal.js';

/** Notices of what was ordered, and one of them on paper. */
export const NOTICES_COMMANDS: readonly CommandOf[] = [
  {
    name: 'notices',
    about: { zh: '应急响应通知', en: 'notices of what was ordered' },
    example: 'notices',
    run: (_, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const rows = await ports.response.notices();
        terminal.result(rows, () =>
          terminal.table(
            [
              { zh: '文号', en: 'number' },
              { zh: '时间', en: 'at' },
              { zh: '签发', en: 'decided by' },
              { zh: '标题', en: 'title' },
            ],
            rows.map((row) => [row.number, when(row.at), plans.duty.nameOf(row.decidedBy), row.title]),
          ),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'notices show',
    about: { zh: '显示一份通知，或写成 .docx', en: 'one notice, as text or .docx' },
    example: 'notices show 清防〔2020〕1号 --docx notice.docx',
    words: [{ name: '<number>', about: { zh: '文号', en: 'number' } }],
    options: [{ flags: '--docx <file>', about: { zh: '写成文件', en: 'write the file' } }],
    run: (typed, terminal) =>
      withSession('ports', async ({ ports }) => {
        const meant = wordOf(typed, 0);
        const notice = (await ports.response.notices()).find(({ number }) => number === meant);
        if (notice === undefined) throw new Misuse(`没有通知 ${meant} / there is no notice ${meant}`);
        const file = textOf(typed, 'docx');
        if (file !== undefined) {
          mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
          writeFileSync(file, await noticeDocument(notice));
        }
        terminal.result(notice, () =>
          [
            notice.title,
            notice.number,
            notice.addressees,
            ...notice.paragraphs.map((text) => `　　${text}`),
            notice.issuer,
            notice.date,
            ...(file === undefined ? [] : [terminal.pick({ zh: `已写入 ${file}`, en: `written: ${file}` })]),
          ].join('\n'),
        );
        return EXIT.done;
      }),
  },
];
