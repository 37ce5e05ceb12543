import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { addMinutes } from '@fengsui/contracts';
import { insertRows, playState, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { DueOutside, type Check, type OutsideUnit, type Queue } from '@fengsui/service';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DocumentPdfRow, DocumentRow } from '../tables/tables.js';

/** The program that makes PDFs: LibreOffice. */
export const PDF_PROGRAM = Symbol('program that makes PDFs');

const QUEUE = 'pdf';
const MAKE = 'make-pdf';
/** A report of a hundred pages takes a slow machine some seconds. */
const WAITS_MS = 180_000;
/** Where it could not be made, the program may be installed, or mended. */
const AGAIN_MINUTES = 60;

type Name = Readonly<{ period: string; template: string; version: number }>;

/** The PDF beside what was signed, made once, by the bureau's own LibreOffice, outside of any transaction. */
@Injectable()
export class ReportPdf {
  readonly queues: readonly Queue[] = [{ name: QUEUE, most: 1 }];
  private readonly logger = new Logger('pdf');

  constructor(
    private readonly db: DataSource,
    @Inject(PDF_PROGRAM) private readonly program: string,
  ) {}

  /** With the signature; while a demonstration plays nobody waits for it. */
  async askFor({ period, template, version }: Name, { tx, now }: Pick<UnitOfWork, 'tx' | 'now'>): Promise<void> {
    if ((await playState(tx)).state === 'cut-off') return;
    const payload = { period, template, version };
    await this.ask(tx, { kind: MAKE, key: `${period}/${template}/${version}`, dueAt: now, payload });
  }

  @DueOutside('reporting', MAKE, (self: ReportPdf) => self.queues)
  async make(job: Job, { now, finish }: OutsideUnit): Promise<void> {
    const name = job.payload as Name;
    const document = await this.db.getRepository(DocumentRow).findOneBy(name);
    if (document === null) return finish(() => Promise.resolve());
    try {
      const pdf = await pdfOf(this.program, Buffer.from(document.bytes, 'base64'));
      const sha256 = createHash('sha256').update(pdf).digest('hex');
      const row = { ...name, madeAt: now, sha256, bytes: pdf.toString('base64') };
      await finish(({ tx }) => insertRows(tx, DocumentPdfRow, [row], 'nothing'));
    } catch (error) {
      this.logger.warn(`no PDF of ${job.key} yet: ${whyNot(error, this.program)}`);
      await finish(({ tx }) => this.ask(tx, { ...job, dueAt: addMinutes(now, AGAIN_MINUTES) }));
    }
  }

  /** Whether PDFs can be made here, for `fengsui doctor`. */
  async check(): Promise<Check> {
    const [ok, found] = await promisify(execFile)(this.program, ['--version'], { timeout: WAITS_MS }).then(
      ({ stdout }) => [true, stdout.trim()] as const,
      (error: unknown) => [false, whyNot(error, this.program)] as const,
    );
    return {
      name: 'pdf',
      ok,
      found,
      expected: 'LibreOffice, for the PDF beside a signed report',
      advice: {
        zh: '安装 LibreOffice，或用 FENGSUI_PDF_PROGRAM 指定程序',
        en: 'install LibreOffice, or name its program in FENGSUI_PDF_PROGRAM',
      },
    };
  }

  private ask(tx: Tx, job: Job): Promise<void> {
    return schedule(tx, `reporting/${QUEUE}`, [job]);
  }
}

const whyNot = (error: unknown, program: string): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? `${program} is not installed` : String(message).slice(0, 300);
};

/** @throws when the program is not there, fails, or writes nothing */
async function pdfOf(program: string, docx: Buffer): Promise<Buffer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'fengsui-pdf-'));
  try {
    const file = path.join(folder, 'report.docx');
    await writeFile(file, docx);
    // A profile of its own: the machine's may be locked by somebody who has it open, or not writable.
    const profile = `-env:UserInstallation=${pathToFileURL(path.join(folder, 'profile')).href}`;
    const words = [profile, '--headless', '--convert-to', 'pdf', '--outdir', folder, file];
    await promisify(execFile)(program, words, { timeout: WAITS_MS, maxBuffer: 10_000_000 });
    return await readFile(path.join(folder, 'report.pdf'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
