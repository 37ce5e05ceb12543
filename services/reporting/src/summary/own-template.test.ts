import { expect, it } from '@jest/globals';
import { Document, Footer, Header, Packer, Paragraph } from 'docx';
import JSZip from 'jszip';
import mammoth from 'mammoth';
import { writeDocument } from './document.js';

const SUMMARY = {
  title: '年度工作总结',
  organ: '清远市应急管理局',
  blocks: [
    { kind: 'heading' as const, level: 1 as const, text: '一、主要工作' },
    { kind: 'paragraph' as const, text: '发生火灾1201起。' },
    { kind: 'chart' as const, title: '图1', figures: [] },
  ],
};
const CHART = { title: '图1', unit: '起', series: [{ name: '2020年', values: [1, 2] }] };
const DATA = { date: '2021年1月22日', charts: new Map([['图1', CHART]]), madeAt: '2021-01-22T00:30:00.000Z' };

/** A red head 红头 as the bureau's own template may have it. */
const template = async (...lines: string[]): Promise<Buffer> =>
  Packer.toBuffer(
    new Document({
      sections: [
        {
          headers: { default: new Header({ children: [new Paragraph('清远市应急管理局文件')] }) },
          footers: { default: new Footer({ children: [new Paragraph('{{mark}}')] }) },
          children: lines.map((line) => new Paragraph(line)),
        },
      ],
    }),
  );
const written = (own: Buffer, mark: string | null = null): Promise<Buffer> =>
  writeDocument(SUMMARY, { ...DATA, mark, own: { bytes: own, file: 'plans/x/annual-summary.docx' } });
const partOf = async (docx: Buffer, name: string): Promise<string> =>
  (await (await JSZip.loadAsync(docx)).file(name)?.async('string')) ?? '';

it('puts a report into the bureau’s own Word template, which keeps its page, its head and its order', async () => {
  const docx = await written(
    await template('清应急〔2021〕1号', '{{ title }}', '{{body}}', '{{organ}}　{{date}}'),
    '【演示数据】',
  );
  const { value } = await mammoth.extractRawText({ buffer: docx });
  expect(value.split('\n').filter((line) => line !== '')).toEqual([
    '清应急〔2021〕1号',
    '年度工作总结',
    '【演示数据】',
    '一、主要工作',
    '发生火灾1201起。',
    '清远市应急管理局　2021年1月22日',
  ]);
  const zip = await JSZip.loadAsync(docx);
  const heads = Object.keys(zip.files).filter((name) => /word\/(header|footer)\d+\.xml/.test(name));
  const texts = await Promise.all(heads.map((name) => partOf(docx, name)));
  expect(texts.join()).toContain('清远市应急管理局文件');
  expect(texts.join()).toContain('【演示数据】');
  expect(await partOf(docx, 'word/charts/chart1.xml')).toContain('2020年');
  expect(await partOf(docx, 'word/document.xml')).toContain('rIdChart1');
  const again = await written(
    await template('清应急〔2021〕1号', '{{ title }}', '{{body}}', '{{organ}}　{{date}}'),
    '【演示数据】',
  );
  expect(again.equals(docx)).toBe(true);
});

it('says on top of every page of the standard’s own what is not what it looks like', async () => {
  const annex = { asOf: '2021年1月22日', rows: [] };
  const docx = await writeDocument(SUMMARY, { ...DATA, mark: '【演示数据】', annex });
  const body = await partOf(docx, 'word/document.xml');
  const heads = Object.keys((await JSZip.loadAsync(docx)).files).filter((name) => /word\/header\d+\.xml/.test(name));
  for (const name of heads) expect([name, (await partOf(docx, name)).includes('【演示数据】')]).toEqual([name, true]);
  // Two sections, each with odd and even pages.
  expect(body.match(/<w:headerReference /g)).toHaveLength(4);
  const plain = await writeDocument(SUMMARY, { ...DATA, annex });
  expect(await partOf(plain, 'word/document.xml')).not.toContain('w:headerReference');
});

it('keeps every byte of a picture, and a chart and fonts that the template has of its own', async () => {
  const logo = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xd8, 0x00, 0xfe]);
  const own = await JSZip.loadAsync(await template('{{body}}'));
  own.file('word/media/logo.png', logo);
  own.file('word/charts/chart1.xml', '<c:chartSpace/>');
  own.file('word/fontTable.xml', '<w:fonts><w:font w:name="黑体"><w:altName w:val="本局黑体"/></w:font></w:fonts>');
  const docx = await written(await own.generateAsync({ type: 'nodebuffer' }));
  const zip = await JSZip.loadAsync(docx);
  expect(await zip.file('word/media/logo.png')?.async('nodebuffer')).toEqual(logo);
  expect(await partOf(docx, 'word/charts/chart1.xml')).toBe('<c:chartSpace/>');
  expect(await partOf(docx, 'word/charts/chart2.xml')).toContain('2020年');
  const fonts = await partOf(docx, 'word/fontTable.xml');
  expect([fonts.includes('本局黑体'), fonts.includes('SimHei'), fonts.includes('仿宋')]).toEqual([true, false, true]);
});

it('refuses a template with no place for the text, or a name that there is not', async () => {
  await expect(written(await template('{{title}}'))).rejects.toThrow('annual-summary.docx: there is no {{body}}');
  await expect(written(await template('{{body}}', '{{boss}}'))).rejects.toThrow(
    '{{boss}}: expected {{body}} {{annex}}',
  );
  await expect(written(Buffer.from('no zip'))).rejects.toThrow('annual-summary.docx: is no .docx');
});
