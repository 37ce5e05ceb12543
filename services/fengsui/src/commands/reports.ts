import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { flagOf, textOf, wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when } from '../terminal.js';

const STATES = {
  draft: { zh: '待核稿', en: 'draft' },
  checked: { zh: '待签发', en: 'checked' },
  signed: { zh: '已签发', en: 'signed' },
  dropped: { zh: '已撤回', en: 'dropped' },
};

const list: CommandOf = {
  name: 'reports',
  about: { zh: '文稿的各个版本：起草、核稿、签发', en: 'versions of reports: drafted, checked, signed' },
  example: 'reports',
  run: (_, terminal) =>
    withSession('ports', async ({ ports }) => {
      const all = await ports.versions.list();
      terminal.result(all, () =>
        terminal.table(
          [
            { zh: '文稿', en: 'report' },
            { zh: '状态', en: 'state' },
            { zh: '起草', en: 'made' },
            { zh: '数据截至', en: 'as of' },
            { zh: '核稿', en: 'checked' },
            { zh: '签发', en: 'signed' },
            { zh: '存疑', en: 'findings' },
            { zh: '缺项', en: 'missing' },
          ],
          all.map((one) => [
            one.id,
            terminal.pick(STATES[one.state]),
            when(one.madeAt),
            when(one.asOf),
            one.checkedBy,
            one.signedBy,
            one.findings.length,
            one.missing.length,
          ]),
        ),
      );
      return EXIT.done;
    }),
};

const show: CommandOf = {
  name: 'reports show',
  about: {
    zh: '一个版本：缺项、存疑、与上次签发的差异及其案例',
    en: 'one version: what is missing, found, and differs',
  },
  example: 'reports show 2020/annual-summary/2',
  words: [{ name: '<report>' }],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports }) => {
      const id = wordOf(typed, 0);
      const found = (await ports.versions.list(id.replace(/\/\d+$/, ''))).find((one) => one.id === id);
      if (found === undefined) throw new Misuse(`没有 ${id} / there is no ${id}; fengsui reports`);
      terminal.result(found, () =>
        [
          `${found.id} ${terminal.pick(STATES[found.state])} ${found.sha256}`,
          ...found.missing.map(
            ({ place, what }) => `  ${terminal.pick({ zh: '缺', en: 'missing' })} ${place}: ${what}`,
          ),
          ...found.findings.map((one) => `  ${terminal.pick({ zh: '核对', en: 'found' })} ${JSON.stringify(one)}`),
          ...(found.differences ?? []).map(
            ({ id: figure, from, to, cases }) =>
              `  ${figure}: ${from ?? '-'} → ${to ?? '-'} ${cases.map((one) => `${one.case} ${terminal.pick(one.reason)}`).join('；')}`,
          ),
        ].join('\n'),
      );
      return EXIT.done;
    }),
};

const write: CommandOf = {
  name: 'reports export',
  about: { zh: '取出一个版本的原文件', en: 'the file of one version, as it was written' },
  example: 'reports export 2020/annual-summary/1 -o summary.docx',
  words: [{ name: '<report>' }],
  options: [
    { flags: '-o, --output <file>', about: { zh: '文件', en: 'file' }, required: true },
    { flags: '--pdf', about: { zh: '签发后的 PDF', en: 'the PDF beside what was signed' } },
  ],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports }) => {
      const id = wordOf(typed, 0);
      const isPdf = flagOf(typed, 'pdf');
      const bytes = await (isPdf ? ports.versions.pdfOf(id) : ports.versions.bytes(id));
      if (bytes === null && isPdf && (await ports.versions.bytes(id)) !== null)
        throw new Misuse(`${id} 没有 PDF：尚未签发，或尚未生成（fengsui doctor） / there is no PDF of ${id} yet`);
      if (bytes === null) throw new Misuse(`没有 ${id} / there is no ${id}; fengsui reports`);
      const file = path.resolve(textOf(typed, 'output') ?? '');
      writeFileSync(file, bytes);
      terminal.result({ report: id, file }, () => terminal.pick({ zh: `已写入 ${file}`, en: `written: ${file}` }));
      return EXIT.done;
    }),
};

export const REPORTS_COMMANDS: readonly CommandOf[] = [list, show, write];
