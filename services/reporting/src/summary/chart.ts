/** Two rows of twelve months: the year and the year before. */
export type MonthlyChart = Readonly<{
  title: string;
  unit: string;
  series: readonly Readonly<{ name: string; values: readonly number[] }>[];
}>;

const MONTHS = Array.from({ length: 12 }, (_, index) => `${index + 1}月`);
/** Dark and light of one hue: they differ in grey print, too. */
const COLOURS = ['A6A6A6', '1F4E79'];

/**
 * The chart as DrawingML, which Word, WPS and LibreOffice draw with the fonts of the document: no picture, no font of
 * our own.
 */
export function chartXml({ title, unit, series }: MonthlyChart): string {
  const text = (size: number) => `<a:bodyPr/><a:p><a:pPr><a:defRPr sz="${size}" b="0"/></a:pPr>`;
  const plain =
    '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>';
  const rows = series.map(
    (
      { name, values },
      index,
    ) => `<c:ser><c:idx val="${index}"/><c:order val="${index}"/><c:tx><c:strRef><c:f>Sheet1!$${column(index)}$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>${escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:spPr><a:solidFill><a:srgbClr val="${COLOURS[index % COLOURS.length]}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>
<c:cat><c:strRef><c:f>Sheet1!$A$2:$A$13</c:f><c:strCache><c:ptCount val="12"/>${MONTHS.map((month, i) => `<c:pt idx="${i}"><c:v>${month}</c:v></c:pt>`).join('')}</c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:f>Sheet1!$${column(index)}$2:$${column(index)}$13</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="12"/>${values.map((value, i) => `<c:pt idx="${i}"><c:v>${value}</c:v></c:pt>`).join('')}</c:numCache></c:numRef></c:val></c:ser>`,
  );
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:roundedCorners val="0"/>
<c:chart><c:title><c:tx><c:rich>${text(1100)}<a:r><a:rPr lang="zh-CN" sz="1100" b="0"/><a:t>${escape(title)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>
<c:plotArea><c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>${rows.join('')}<c:gapWidth val="60"/><c:axId val="111111111"/><c:axId val="222222222"/></c:barChart>
<c:catAx><c:axId val="111111111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>${plain}<c:crossAx val="222222222"/><c:crosses val="autoZero"/></c:catAx>
<c:valAx><c:axId val="222222222"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr></c:majorGridlines><c:title><c:tx><c:rich>${text(900)}<a:r><a:rPr lang="zh-CN" sz="900" b="0"/><a:t>${escape(unit)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>${plain}<c:crossAx val="111111111"/><c:crosses val="autoZero"/></c:valAx>
</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/>${plain}</c:legend><c:plotVisOnly val="1"/></c:chart><c:externalData r:id="rIdWorkbook"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>`;
}

/** The frame that stands in the text where the chart is drawn. Sizes in EMU: 156 mm is the width of the type area. */
export const chartFrame = (relation: string, id: number, description: string): string =>
  `<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="5400000" cy="2340000"/><wp:docPr id="${id}" name="chart ${id}" descr="${escape(description)}"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="${relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>`;

const column = (index: number): string => String.fromCharCode('B'.charCodeAt(0) + index);
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const SPREADSHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** The numbers of the chart as a workbook, which Word opens when somebody edits them. By the paths of its parts. */
export function workbookOf({ series }: MonthlyChart): ReadonlyMap<string, string> {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const text = (at: string, words: string): string => `<c r="${at}" t="inlineStr"><is><t>${escape(words)}</t></is></c>`;
  const rows = [
    `<row r="1">${series.map(({ name }, n) => text(`${column(n)}1`, name)).join('')}</row>`,
    ...MONTHS.map((month, i) => {
      const values = series.map(({ values: all }, n) =>
        all[i] === undefined ? '' : `<c r="${column(n)}${i + 2}"><v>${all[i]}</v></c>`,
      );
      return `<row r="${i + 2}">${text(`A${i + 2}`, month)}${values.join('')}</row>`;
    }),
  ];
  const part = (name: string, kind: string): string =>
    `<Override PartName="${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
  return new Map([
    [
      '[Content_Types].xml',
      `${head}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${part('/xl/workbook.xml', 'sheet.main')}${part('/xl/worksheets/sheet1.xml', 'worksheet')}</Types>`,
    ],
    ['_rels/.rels', relations(head, 'officeDocument', 'xl/workbook.xml')],
    [
      'xl/workbook.xml',
      `${head}<workbook xmlns="${SPREADSHEET}" xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relations(head, 'worksheet', 'worksheets/sheet1.xml')],
    [
      'xl/worksheets/sheet1.xml',
      `${head}<worksheet xmlns="${SPREADSHEET}"><sheetData>${rows.join('')}</sheetData></worksheet>`,
    ],
  ]);
}

/** How a part says where another is. */
const relations = (head: string, kind: string, target: string): string =>
  `${head}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/${kind}" Target="${target}"/></Relationships>`;

/** What says where the workbook of a chart is. */
export const chartRelations = (workbook: string): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rIdWorkbook" Type="${OFFICE}/package" Target="../embeddings/${workbook}"/></Relationships>`;
