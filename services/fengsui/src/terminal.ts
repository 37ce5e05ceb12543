import Table from 'cli-table3';
import cliProgress from 'cli-progress';

export type Language = 'zh' | 'en';
/** A sentence in both languages of the command. */
export type Said = Readonly<{ zh: string; en: string }>;

/** Exit codes that scripts rely on. */
export const EXIT = { done: 0, trouble: 1, misuse: 2, partlyRefused: 3 } as const;

/** Wrong use or wrong configuration: shown as it is, exit code 2. */
export class Misuse extends Error {}

/** Where a command writes: results to standard output, everything else to standard error. */
export class Terminal {
  constructor(
    readonly language: Language,
    readonly json: boolean,
  ) {}

  say(said: Said): void {
    process.stderr.write(`${said[this.language]}\n`);
  }

  /** The result: one JSON document, or text for people. */
  result(value: unknown, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
  }

  /** Columns line up also with Chinese text. */
  table(head: readonly Said[], rows: readonly (readonly (string | number | null)[])[]): string {
    const plain = { head: [], border: [] };
    const table = new Table({
      head: head.map((cell) => cell[this.language]),
      style: plain,
      chars: LINES,
      wordWrap: true,
      wrapOnWordBoundary: false,
    });
    table.push(...rows.map((row) => row.map((cell) => (cell === null ? '—' : String(cell)))));
    return rows.length === 0 ? this.pick({ zh: '(无)', en: '(none)' }) : table.toString();
  }

  pick(said: Said): string {
    return said[this.language];
  }

  /** A bar on a terminal; else a line now and then, so that a log shows that something moves. */
  progress(what: Said, total: number): Readonly<{ at: (done: number, note?: string) => void; end: () => void }> {
    if (process.stderr.isTTY !== true) return linesNowAndThen(this.pick(what), total);
    const bar = new cliProgress.SingleBar(
      { format: `${this.pick(what)} {bar} {percentage}% {note}`, stream: process.stderr, hideCursor: true, clearOnComplete: false },
      cliProgress.Presets.shades_classic,
    );
    bar.start(total, 0, { note: '' });
    return { at: (done, note = '') => bar.update(done, { note }), end: () => bar.stop() };
  }
}

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
