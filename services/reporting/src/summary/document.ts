import {
  AlignmentType,
  BorderStyle,
  Document,
  DocumentGridType,
  Footer,
  Header,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
  type IRunOptions,
} from 'docx';
import JSZip from 'jszip';
import type { Figure } from '../views.js';
import type { Annex } from './annex.js';
import { chartFrame, chartRelations, chartXml, workbookOf, type MonthlyChart } from './chart.js';
import type { Block, Summary } from './compose.js';
import { roundHalfUp } from '@fengsui/rules';
import { intoOwnTemplate } from './own-template.js';
import { decimal, PROFILE, type Profile } from './profile.js';
import { changeOf } from './wording.js';
import { UNIT_IN_CHINESE } from './units.js';

/** GB/T 9704-2012, as far as a summary without a red head needs it. Lengths in twentieths of a point (1 mm = 56.7). */
const PAGE = { width: 11906, height: 16838 };
const MARGIN = { top: 2098, bottom: 1984, left: 1588, right: 1474, footer: 1438 };
/** 22 lines on 225 mm. */
const LINE = 579;
/** 28 characters of 16 points are 448, the type area has 442: each stands a quarter of a point nearer to the next. */
const A_LINE = 28;
const TIGHTER = -5;
const PITCH = 320 + TIGHTER;
const [SIZE_2, SIZE_3, SIZE_4] = [44, 32, 28];
/** Named, not embedded: the desks of the bureau have them; LibreOffice takes what it has. */
const FONT = {
  title: '方正小标宋简体',
  body: '仿宋_GB2312',
  first: '黑体',
  second: '楷体_GB2312',
  page: '宋体',
  ascii: 'Times New Roman',
};

/** A .docx of the plan. */
export type OwnTemplate = Readonly<{ bytes: Buffer; file: string }>;

/** What is printed on the signature, and the charts by their titles. */
export type DocumentData = Readonly<{
  date: string;
  charts: ReadonlyMap<string, MonthlyChart>;
  /** For the properties of the file, so that the same content gives the same bytes. */ madeAt: string;
  /** How its issuer words numbers. */ profile?: Profile;
  /** On top of every page, where it is not what it looks like. */ mark?: string | null;
  /** A Word template of the bureau's own, in place of the standard's page. */ own?: OwnTemplate | undefined;
  /** What its numbers are, on pages of its own after the signature. */ annex?: Annex;
}>;

/** The summary as a .docx by GB/T 9704-2012. The same summary and data give the same bytes. */
export async function writeDocument(
  summary: Pick<Summary, 'title' | 'organ' | 'blocks'>,
  data: DocumentData,
): Promise<Buffer> {
  const marks = new Map<string, MonthlyChart>();
  const text = summary.blocks.flatMap((block) => drawn(block, data, marks));
  const annex = data.annex === undefined ? [] : annexPages(data.annex, data.profile);
  const own =
    data.own === undefined
      ? null
      : await inOwnTemplate(data.own, { title: summary.title, organ: summary.organ, data, text, annex });
  return withCharts(own ?? (await Packer.toBuffer(standard(summary, data, { text, annex }))), marks, data.madeAt);
}

type Pages = Readonly<{ text: readonly (Paragraph | Table)[]; annex: readonly (Paragraph | Table)[] }>;

function inOwnTemplate(
  { bytes, file }: OwnTemplate,
  { title, organ, data, text, annex }: Readonly<{ title: string; organ: string; data: DocumentData }> & Pages,
): Promise<Buffer> {
  const mark = data.mark ?? '';
  // Whatever the template has a place for, nobody takes a demonstration for the real one.
  const marked = mark === '' ? text : [line([run(mark)], { alignment: AlignmentType.CENTER }), ...text];
  return intoOwnTemplate(bytes, file, {
    words: { title, organ, date: data.date, mark },
    pages: { body: marked, annex },
  });
}

function standard(summary: Pick<Summary, 'title' | 'organ'>, data: DocumentData, { text, annex }: Pages): Document {
  const signature = signatureOf(summary.organ, data.date);
  const body = [
    line([run(summary.title, { size: SIZE_2, font: font(FONT.title) })], { alignment: AlignmentType.CENTER }),
    line([]),
    ...text,
    line([]),
    line([words(summary.organ)], { indent: { left: signature.organ * PITCH } }),
    // Never on two lines, however wide the digits of a font are.
    line([words(data.date)], { indent: { left: signature.date * PITCH, right: -2 * PITCH } }),
  ];
  // Odd pages: one character from the right; even pages: one from the left.
  const footers = { default: pageNumber(AlignmentType.RIGHT), even: pageNumber(AlignmentType.LEFT) };
  const page = { size: PAGE, margin: MARGIN };
  const headers =
    (data.mark ?? null) === null
      ? {}
      : { headers: { default: mark(String(data.mark)), even: mark(String(data.mark)) } };
  return new Document({
    creator: summary.organ,
    title: summary.title,
    description: '',
    lastModifiedBy: summary.organ,
    evenAndOddHeaderAndFooters: true,
    styles: {
      default: {
        document: { run: { font: font(FONT.body), size: SIZE_3, language: { value: 'en-US', eastAsia: 'zh-CN' } } },
      },
    },
    sections: [
      {
        properties: { page, grid: { type: DocumentGridType.LINES, linePitch: LINE } },
        footers,
        ...headers,
        children: body,
      },
      // Without the grid of the text: small rows of a table stand as close as they are.
      ...(annex.length === 0 ? [] : [{ properties: { page }, footers, ...headers, children: annex }]),
    ],
  });
}

/**
 * Without a seal the organ ends 2 characters before the right edge, and the date begins 2 after the organ does; where
 * the date is the longer one, it ends 2 before the edge, and the organ earlier. In characters from the left, because
 * how wide digits are is a matter of the font.
 */
function signatureOf(organ: string, date: string): Readonly<{ organ: number; date: number }> {
  const begins = A_LINE - 2 - (width(date) > width(organ) ? width(date) / 2 + 2 : width(organ) / 2);
  return { organ: begins, date: begins + 2 };
}

function drawn(
  block: Block,
  { charts, profile }: DocumentData,
  marks: Map<string, MonthlyChart>,
): (Paragraph | Table)[] {
  switch (block.kind) {
    case 'heading':
      return [indented([words(block.text, block.level === 1 ? FONT.first : FONT.second)], block.level)];
    case 'paragraph':
      return [indented([words(block.text)])];
    case 'number':
      return [line([run(block.text)], { alignment: AlignmentType.CENTER }), line([])];
    case 'addressees':
      return [line([run(block.text)])];
    case 'table':
      return [caption(block.title), tableOf(block.rows, profile), line([])];
    case 'course':
      return [caption(block.title), gridOf(['时间', '级别', '范围', '依据'], block.rows, COURSE), line([])];
    case 'chart': {
      const chart = charts.get(block.title);
      if (chart === undefined) return [];
      const mark = `@@chart${marks.size + 1}@@`;
      marks.set(mark, chart);
      return [new Paragraph({ alignment: AlignmentType.CENTER, children: [new TextRun(mark)] }), line([])];
    }
  }
}

const font = (eastAsia: string) => ({
  ascii: FONT.ascii,
  hAnsi: FONT.ascii,
  cs: FONT.ascii,
  eastAsia,
  hint: 'eastAsia',
});
const run = (text: string, options: IRunOptions = {}): TextRun =>
  new TextRun({ text, size: SIZE_3, font: font(FONT.body), ...options });
/** Words of the text: 28 characters a line. */
const words = (text: string, face = FONT.body): TextRun =>
  run(breakable(text), { font: font(face), characterSpacing: TIGHTER });
/** 51.6%、32.7%: LibreOffice breaks no line after such a 、 unless a space of no width says that it may. */
const breakable = (text: string): string => text.replaceAll(/(?<=%、)(?=\d)/g, '\u200b');
const exact = { line: LINE, lineRule: LineRuleType.EXACT } as const;
const line = (
  children: TextRun[],
  options: Partial<ConstructorParameters<typeof Paragraph>[0] & object> = {},
): Paragraph => new Paragraph({ spacing: exact, ...options, children });
/** Both edges, as the standard fills the type area. @param level of the outline, of a heading */
const indented = (children: TextRun[], level?: 1 | 2): Paragraph =>
  line(children, {
    indent: { firstLine: 2 * PITCH },
    alignment: AlignmentType.BOTH,
    ...(level === undefined ? {} : { keepNext: true, outlineLevel: level - 1 }),
  });
const caption = (text: string): Paragraph =>
  line([run(text, { font: font(FONT.first), size: SIZE_4 })], { alignment: AlignmentType.CENTER, keepNext: true });

/** In units of half a character: a digit is half as wide as a Chinese character. */
const width = (text: string): number => [...text].reduce((sum, char) => sum + (char.charCodeAt(0) < 128 ? 1 : 2), 0);

const RULE = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
const RULES = { top: RULE, bottom: RULE, left: RULE, right: RULE };

/** Columns in twentieths of a point; all but the left ones are centred. */
type Columns = Readonly<{ widths: readonly number[]; left: readonly number[]; size: number; keepsTogether: boolean }>;
const COMPARED: Columns = { widths: [4400, 1480, 1480, 1480], left: [0], size: 24, keepsTogether: true };
const COURSE: Columns = { widths: [1740, 2300, 2000, 2800], left: [1, 2, 3], size: 18, keepsTogether: false };
const ANNEX: Columns = { widths: [2600, 1240, 2700, 2300], left: [0, 2, 3], size: 18, keepsTogether: false };

const tableOf = (figures: readonly Figure[], profile?: Profile): Table =>
  gridOf(
    ['指标', ...(isOfYears(figures) ? ['本年', '上年'] : ['本期', '上年同期']), '同比'],
    figures.map((figure) => [
      `${figure.label.zh}（${UNIT_IN_CHINESE[figure.unit]}）`,
      amount(figure, 'value', profile),
      amount(figure, 'previous', profile),
      figure.value === null ? '不可比' : changeOf(figure, profile),
    ]),
    COMPARED,
  );

const isOfYears = (figures: readonly Figure[]): boolean => figures.every(({ base }) => /^\d{4}$/.test(base.period));

/** 附件：as of when, and of each number what it counts and by which id it is followed back. */
function annexPages({ asOf, rows }: Annex, profile?: Profile): (Paragraph | Table)[] {
  return [
    line([run('附件', { font: font(FONT.first) })]),
    line([]),
    line([run('数字来源', { size: SIZE_2, font: font(FONT.title) })], { alignment: AlignmentType.CENTER }),
    line([]),
    indented([words(`各项数字截至${asOf}所知，按编号可查到事实和原始报文（fengsui trace 编号）。`)]),
    gridOf(
      ['指标', '数值', '口径', '编号（版本）'],
      rows.map((figure) => [
        figure.label.zh,
        // What is counted has many words, 起 and 家 and 次; its name says which.
        `${amount(figure, 'value', profile)}${figure.value === null || figure.unit === 'count' ? '' : UNIT_IN_CHINESE[figure.unit]}`,
        figure.definition.zh,
        `${figure.id}（${figure.version}）`,
      ]),
      ANNEX,
    ),
  ];
}

function gridOf(head: readonly string[], texts: readonly (readonly string[])[], columns: Columns): Table {
  const { widths, left, size, keepsTogether } = columns;
  const cell = (text: string, column: number, isHead: boolean, keepNext: boolean): TableCell =>
    new TableCell({
      width: { size: widths[column] ?? 0, type: WidthType.DXA },
      borders: RULES,
      verticalAlign: VerticalAlign.CENTER,
      margins: { left: 80, right: 80 },
      children: [
        new Paragraph({
          keepNext,
          spacing: { line: Math.round((size * 400) / 24), lineRule: LineRuleType.EXACT },
          alignment: left.includes(column) && !isHead ? AlignmentType.LEFT : AlignmentType.CENTER,
          children: [run(text, { size, font: font(isHead ? FONT.first : FONT.body) })],
        }),
      ],
    });
  // Rows keep together, so that a short table stands on one page.
  const row = (cells: readonly string[], place: 'head' | 'middle' | 'last'): TableRow =>
    new TableRow({
      tableHeader: place === 'head',
      cantSplit: true,
      children: cells.map((text, column) => cell(text, column, place === 'head', keepsTogether && place !== 'last')),
    });
  return new Table({
    width: { size: widths.reduce((a, b) => a + b, 0), type: WidthType.DXA },
    columnWidths: [...widths],
    alignment: AlignmentType.CENTER,
    rows: [
      row(head, 'head'),
      ...texts.map((cells, index) => row(cells, index === texts.length - 1 ? 'last' : 'middle')),
    ],
  });
}

/** Money is kept in yuan and printed in 万元; a share with as many decimals as its issuer gives. */
function amount(figure: Figure, which: 'value' | 'previous', profile: Profile = PROFILE): string {
  const { unit, exact } = figure;
  const value = figure[which];
  if (value === null) return '未统计';
  if (unit !== 'percent') return String(unit === 'yuan' ? roundHalfUp(value / 10_000, 2) : value);
  return decimal(which === 'value' ? (exact ?? value) : value, profile.shareDecimals, profile);
}

/** What every page says above its text. */
const mark = (text: string): Header =>
  new Header({
    children: [
      new Paragraph({ alignment: AlignmentType.CENTER, children: [run(text, { size: 24, font: font(FONT.first) })] }),
    ],
  });

/** 4号 half-width, one em dash each side, 7 mm below the type area. */
function pageNumber(alignment: (typeof AlignmentType)['LEFT' | 'RIGHT']): Footer {
  const digits = { size: SIZE_4, font: font(FONT.page) };
  const indent = alignment === AlignmentType.RIGHT ? { right: 280 } : { left: 280 };
  return new Footer({
    children: [
      new Paragraph({
        alignment,
        indent,
        children: [new TextRun({ ...digits, children: ['— ', PageNumber.CURRENT, ' —'] })],
      }),
    ],
  });
}

const CHART_TYPE = 'application/vnd.openxmlformats-officedocument.drawingml.chart+xml';
const WORKBOOK_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CHART_RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart';

/** Puts the charts where their marks stand, says what fonts may stand for ours, and fixes every date in the package. */
async function withCharts(docx: Buffer, marks: ReadonlyMap<string, MonthlyChart>, madeAt: string): Promise<Buffer> {
  const source = await JSZip.loadAsync(docx);
  const parts = new Map<string, string | Buffer>();
  for (const [name, file] of Object.entries(source.files))
    if (!file.dir) parts.set(name, await file.async(IS_TEXT.test(name) ? 'string' : 'nodebuffer'));
  const edit = (name: string, change: (text: string) => string): void => {
    const text = parts.get(name);
    if (typeof text === 'string') parts.set(name, change(text));
  };

  let index = 0;
  for (const [mark, chart] of marks) {
    // A template of the bureau's own may have charts, too.
    do index += 1;
    while (parts.has(`word/charts/chart${index}.xml`) || parts.has(`word/embeddings/chart${index}.xlsx`));
    const [part, workbook, relation] = [`charts/chart${index}.xml`, `chart${index}.xlsx`, `rIdChart${index}`];
    parts.set(`word/${part}`, chartXml(chart));
    parts.set(`word/charts/_rels/chart${index}.xml.rels`, chartRelations(workbook));
    parts.set(`word/embeddings/${workbook}`, await packed(workbookOf(chart), madeAt));
    edit('[Content_Types].xml', (text) =>
      text.replace(
        '</Types>',
        `<Override PartName="/word/${part}" ContentType="${CHART_TYPE}"/><Override PartName="/word/embeddings/${workbook}" ContentType="${WORKBOOK_TYPE}"/></Types>`,
      ),
    );
    edit('word/_rels/document.xml.rels', (text) =>
      text.replace(
        '</Relationships>',
        `<Relationship Id="${relation}" Type="${CHART_RELATION}" Target="${part}"/></Relationships>`,
      ),
    );
    const frame = chartFrame(relation, 999 + index, chart.title);
    edit('word/document.xml', (text) => text.replace(new RegExp(`<w:t[^>]*>${mark}</w:t>`), frame));
  }
  edit('word/fontTable.xml', withAltFonts);
  edit('docProps/core.xml', (text) => text.replace(/(<dcterms:(?:created|modified)[^>]*>)[^<]*/g, `$1${madeAt}`));
  return packed(parts, madeAt);
}

/** Parts of a package that are text; pictures and fonts are not. */
const IS_TEXT = /\.(?:xml|rels)$/;

/** Fonts that are named already stay as they are. */
function withAltFonts(text: string): string {
  const missing = ALT_FONTS.filter(([name]) => !text.includes(`w:name="${name}"`));
  const added = missing
    .map(([name, other]) => `<w:font w:name="${name}"><w:altName w:val="${other}"/><w:charset w:val="86"/></w:font>`)
    .join('');
  return text.includes('</w:fonts>')
    ? text.replace('</w:fonts>', `${added}</w:fonts>`)
    : text.replace(/(<w:fonts[^>]*?)\/>/, `$1>${added}</w:fonts>`);
}

/** The desks that have not the fonts of the standard have these. */
const ALT_FONTS = [
  [FONT.title, '小标宋体'],
  [FONT.body, '仿宋'],
  [FONT.second, '楷体'],
  [FONT.first, 'SimHei'],
  [FONT.page, 'SimSun'],
] as const;

/** The same parts give the same bytes. */
async function packed(parts: ReadonlyMap<string, string | Buffer>, madeAt: string): Promise<Buffer> {
  const target = new JSZip();
  for (const [name, content] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1)))
    target.file(name, content, { date: new Date(madeAt), createFolders: false });
  return target.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE', platform: 'UNIX' });
}
