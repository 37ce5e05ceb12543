import Table from 'cli-table3';
import cliProgress from 'cli-progress';
import { shanghaiMinute, type UtcInstant } from '@fengsui/contracts';

export type Language = 'zh' | 'en';
/** A sentence in both languages of the command. */
export type Said = Readonly<{ zh: string; en: string }>;

/** Exit codes that scripts rely on. */
export const EXIT = { done: 0, trouble: 1, misuse: 2, partlyRefused: 3, foundWrong: 3 } as const;

/** Wrong use or wrong configuration: shown as it is, exit code 2. */
export class Misuse extends Error {}

/** Where a command writes: results to standard output, everything else to standard error. */
export class Terminal {
  static {
    // `fengsui tasks --json | head -1`: who reads has had enough, and that is no trouble of ours.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }

  constructor(
    readonly language: Language,
    readonly json: boolean,
    /** Tables as wide as they are, whatever the terminal. */ private readonly wide = false,
  ) {}

  say(said: Said): void {
    process.stderr.write(`${said[this.language]}\n`);
  }

  /** The result: one JSON document, or text for people. */
  result(value: unknown, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
  }

  /**
   * Columns line up also with Chinese text. On a terminal they shrink to its width, the widest first; what is cut off
   * is in `--wide` and
   * `--json`. A pipe gets them whole.
   */
  table(head: readonly Said[], rows: readonly (readonly (string | number | null)[])[]): string {
    if (rows.length === 0) return this.pick({ zh: '(无)', en: '(none)' });
    const heads = head.map((cell) => this.pick(cell));
    const cells = rows.map((row) => row.map((cell) => (cell === null ? '—' : String(cell))));
    const width = process.stdout.columns;
    const widths = this.wide || width === undefined ? null : widthsWithin(width, [heads, ...cells]);
    const cut = (row: readonly string[]): string[] =>
      widths === null ? [...row] : row.map((cell, at) => fitted(cell, widths[at] ?? 0));
    const table = new Table({ head: cut(heads), style: { head: [], border: [] }, chars: LINES });
    table.push(...cells.map(cut));
    return table.toString().replace(/[ \t]+$/gm, '');
  }

  pick(said: Said): string {
    return said[this.language];
  }

  /** A bar on a terminal; else a line now and then, so that a log shows that something moves. */
  progress(what: Said, total: number): Readonly<{ at: (done: number, note?: string) => void; end: () => void }> {
    if (process.stderr.isTTY !== true) return linesNowAndThen(this.pick(what), total);
    const bar = new cliProgress.SingleBar(
      {
        format: `${this.pick(what)} {bar} {percentage}% {note}`,
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: false,
      },
      cliProgress.Presets.shades_classic,
    );
    bar.start(total, 0, { note: '' });
    return { at: (done, note = '') => bar.update(done, { note }), end: () => bar.stop() };
  }
}

/** Columns of a terminal that a text takes: a Chinese character takes two. */
const displayed = (text: string): number => [...text].reduce((sum, char) => sum + (isWide(char) ? 2 : 1), 0);
const isWide = (char: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char);
/** Between two columns: a blank on either side of each cell, and two for the line that is not drawn. */
const BETWEEN = 4;
const WHOLE_WIDTH = 16;
const LEAST_WIDTH = 6;

/** Widths that fit into `width`: the widest column gives way first. */
function widthsWithin(width: number, rows: readonly (readonly string[])[]): number[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => displayed(row[at] ?? ''))));
  const left = (): number => widths.reduce((sum, one) => sum + one, 0) + BETWEEN * widths.length - width;
  // What fits into a time stays whole as long as anything else can give way.
  for (const least of [WHOLE_WIDTH, LEAST_WIDTH])
    for (let widest = Math.max(...widths); left() > 0 && widest > least; widest = Math.max(...widths))
      widths[widths.indexOf(widest)] = widest - 1;
  return widths;
}

function fitted(text: string, width: number): string {
  if (displayed(text) <= width) return text;
  let [kept, used] = ['', 1];
  for (const char of text) {
    used += isWide(char) ? 2 : 1;
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Beijing time with the date, as tables show it. */
export const when = (at: UtcInstant | null): string => (at === null ? '—' : shanghaiMinute(at).replace('T', ' '));

const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

function linesNowAndThen(what: string, total: number): ReturnType<Terminal['progress']> {
  let shown = 0;
  return {
    at: (done, note = '') => {
      const tenth = Math.floor((done / Math.max(1, total)) * 10);
      if (tenth <= shown) return;
      shown = tenth;
      process.stderr.write(`${what} ${tenth * 10}% ${note}\n`);
    },
    end: () => undefined,
  };
}
