// Measures the pages of a report: `npm run layout -- summary.docx`. LibreOffice makes the PDF, poppler says where its
// words stand. What GB/T 9704-2012 asks for stands beside each number.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const MM = 25.4 / 72;
/** The type area: 156 × 225 mm, 28 from the left and 37 from the top. */
const AREA = { left: 28, right: 184, top: 37, bottom: 262 };

/** In characters: a digit is half of one. */
const widthOf = (text) => [...text].reduce((sum, one) => sum + (one.charCodeAt(0) < 128 ? 0.5 : 1), 0);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write('npm run layout -- FILE.docx\n');
  process.exit(2);
}
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-layout-'));
try {
  run('soffice', ['--headless', '--convert-to', 'pdf', '--outdir', folder, path.resolve(file)]);
  const pdf = path.join(folder, path.basename(file).replace(/\.docx$/, '.pdf'));
  const pages = pagesOf(run('pdftotext', ['-bbox-layout', pdf, '-']));
  const annex = pages.findIndex(({ lines }) => lines.some(({ text }) => text === '附件'));
  print(measured(annex === -1 ? pages : pages.slice(0, annex)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program, words) {
  try {
    return execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    process.stderr.write(`${program}: ${error.message.split('\n')[0]}\n`);
    process.exit(1);
  }
}

/** Lines of each page with their places in millimetres; words that stand at one height are one line. */
function pagesOf(xml) {
  return [...xml.matchAll(/<page [^>]*>(.*?)<\/page>/gs)].map(([, page]) => {
    const words = [
      ...page.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<\/word>/g),
    ];
    const lines = [];
    for (const [, x0, y0, x1, y1, text] of words) {
      const middle = ((Number(y0) + Number(y1)) / 2) * MM;
      const line = lines.find((one) => Math.abs(one.middle - middle) < 2);
      const word = { left: Number(x0) * MM, right: Number(x1) * MM, text };
      if (line === undefined) lines.push({ middle, words: [word] });
      else line.words.push(word);
    }
    return {
      lines: lines
        .map(({ middle, words: own }) => {
          const inOrder = own.sort((a, b) => a.left - b.left);
          const text = inOrder
            .map((word) => word.text)
            .join('')
            .replaceAll('\u200b', '');
          return { middle, text, left: inOrder[0].left, right: inOrder.at(-1).right, words: inOrder };
        })
        .sort((a, b) => a.middle - b.middle),
    };
  });
}

function measured(pages) {
  const dash = /^—\d+—$/;
  const text = pages.map(({ lines }) => lines.filter((line) => !dash.test(line.text)));
  const full = text.flat().filter(({ left, right }) => Math.abs(left - AREA.left) < 1 && right > AREA.right - 3);
  const pitches = text
    .flatMap((lines) => lines.slice(1).map((line, n) => line.middle - lines[n].middle))
    .filter((mm) => mm > 9 && mm < 11.5);
  const pure = full.filter((line) => /^[\u4e00-\u9fff，。、；：“”（）]+$/.test(line.text));
  const before = text.flatMap((lines) => lines.slice(0, -1).filter((_, n) => /^[\d.]+%、/.test(lines[n + 1].text)));
  const numbers = pages
    .map(({ lines }) => lines.find((line) => dash.test(line.text)))
    .filter((line) => line !== undefined);
  const last = text.at(-1) ?? [];
  const date = last.findLast((line) => /^\d{4}年\d+月\d+日$/.test(line.text));
  const organ = last[last.indexOf(date) - 1];
  return [
    ['characters a line, most', '28', Math.max(...pure.map((line) => widthOf(line.text)))],
    ['lines on 225 mm', '22', 225 / median(pitches)],
    ['left edge of full lines, mm', '28.0', median(full.map(({ left }) => left))],
    ['right edge of full lines, mm', '184.0', median(full.map(({ right }) => right))],
    ['least right edge of full lines, mm', '184.0', Math.min(...full.map(({ right }) => right))],
    [
      'shortest line before a run of %、, of the width',
      '>= 0.90',
      Math.min(1, ...before.map(({ right }) => (right - AREA.left) / 156)),
    ],
    ['page number below the type area, mm', '7 ± 0.5', median(numbers.map(({ middle }) => middle - AREA.bottom))],
    [
      'date begins after the organ, characters',
      '2 ± 0.1',
      date === undefined || organ === undefined ? NaN : (date.left - organ.left) / (15.75 * MM),
    ],
    [
      'the longer one of the two ends before the right edge, characters',
      '2 ± 0.1',
      date === undefined || organ === undefined
        ? NaN
        : (AREA.right - (widthOf(date.text) > widthOf(organ.text) ? date : organ).right) / (15.75 * MM),
    ],
  ];
}

function print(rows) {
  for (const [what, asked, value] of rows)
    process.stdout.write(`${what}: ${Number(value.toFixed(2))} (asked: ${asked})\n`);
}
