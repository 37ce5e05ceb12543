import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shanghaiDate } from '@fengsui/contracts';
import { one, type Clock } from '@fengsui/database';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BadPayload, payloadIn } from '../keeping/payload.js';
import { wordsInChinese } from '../accepting/in-chinese.js';
import type { Receiving } from '../accepting/receiving.js';
import type { DataSource } from 'typeorm';

const LOOK_EVERY_MS = 1_000;
/** Tries of a file that cannot be taken in, before it is put aside. */
const MAX_TRIES = 3;
/** A file system holds 255 bytes; a time and `.receipt.json` stand around it. */
const MAX_NAME_BYTES = 150;
/** Folders of the inbox itself. */
const OWN: ReadonlySet<string> = new Set(['taken', 'archive', 'refused']);
/** Names that a writer uses while it still writes. */
const UNFINISHED = /^\.|\.(part|tmp|filepart|crdownload)$/i;

/**
 * A folder that others drop files into. A writer renames a file into it when it is whole, or lets it lie unchanged
 * between two looks. What is picked up moves at once to `taken/`, so that nobody else picks it up, and then to
 * `archive/<day>/` or `refused/<day>/` with what became of it beside it; of one that names persons only that stays. A
 * file found in `taken/` at the start was cut off, and is taken in again: facts that are in already are duplicates.
 */
export class InboxFolder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('inbox');
  private running = false;
  private work: Promise<void> = Promise.resolve();
  private readonly seen = new Map<string, string>();
  private readonly tries = new Map<string, number>();
  private reported: ReadonlySet<string> = new Set();

  private readonly folder: string;
  private readonly limit: number;

  constructor(
    /** `limit`: bytes of a file, unpacked. */ at: Readonly<{ folder: string; limit: number }>,
    private readonly receiving: Receiving,
    private readonly clock: Clock,
    private readonly db: DataSource,
  ) {
    this.folder = at.folder;
    this.limit = at.limit;
  }

  onApplicationBootstrap(): void {
    mkdirSync(path.join(this.folder, 'taken'), { recursive: true });
    this.running = true;
    this.work = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.running = false;
    await this.work;
  }

  private async watch(): Promise<void> {
    let first = true;
    while (this.running) {
      try {
        // The demonstration has the stage to itself.
        if (!(await this.clock.isVirtual())) {
          if (first) await this.takeWhatWasCutOff();
          first = false;
          await this.look();
        }
      } catch (error) {
        this.logger.error(`${this.folder}: ${(error as Error).message}`); // a share that is away comes back
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async takeWhatWasCutOff(): Promise<void> {
    for (const name of (await readdir(path.join(this.folder, 'taken'))).sort()) await this.takeOrPutAside(name);
  }

  private async look(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    this.reportFolders(entries.filter((entry) => !entry.isFile() && !OWN.has(entry.name)).map(({ name }) => name));
    const names = entries.filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name)).map(({ name }) => name);
    for (const name of this.tries.keys()) await this.takeOrPutAside(name); // once a look: a fault may pass
    for (const name of this.seen.keys()) if (!names.includes(name)) this.seen.delete(name);
    for (const name of names.sort()) {
      if (!this.running) return;
      const { size, mtimeMs } = await stat(path.join(this.folder, name));
      const state = `${size} ${mtimeMs}`;
      if (this.seen.get(name) !== state) {
        this.seen.set(name, state);
        continue;
      }
      // One of its name is still in hand: it waits here, and loses nothing.
      if (existsSync(path.join(this.folder, 'taken', name))) continue;
      this.seen.delete(name);
      await rename(path.join(this.folder, name), path.join(this.folder, 'taken', name));
      await this.takeOrPutAside(name);
    }
  }

  /** What is no file is never taken in; whoever dropped it thinks that it was. */
  private reportFolders(names: readonly string[]): void {
    for (const name of names.filter((one) => !this.reported.has(one)))
      this.logger.warn(`${path.join(this.folder, name)} is no file and is not taken in: put the files themselves here`);
    this.reported = new Set(names);
  }

  /** One file that cannot be taken in keeps no other waiting: after some tries it is put aside with the reason. */
  private async takeOrPutAside(name: string): Promise<void> {
    try {
      await this.take(name);
      this.tries.delete(name);
    } catch (error) {
      const tried = this.tries.get(name) ?? 0;
      this.tries.set(name, tried); // it is asked for again, whatever the fault
      await one(this.db, 'select 1 as here'); // the database is away: no fault of the file, which stays in taken/
      const tries = tried + 1;
      this.tries.set(name, tries);
      const reason = (error as Error).message;
      if (tries < MAX_TRIES) return this.logger.warn(`${name}: ${reason}; tried again`);
      this.tries.delete(name);
      await this.away(name, { accepted: 0, duplicates: 0, skipped: reason }).catch((stuck: unknown) => {
        this.logger.error(`${name}: ${reason}; it stays in taken/: ${(stuck as Error).message}`);
      });
    }
  }

  private async take(name: string): Promise<void> {
    const file = path.join(this.folder, 'taken', name);
    let outcome: Outcome;
    try {
      const payload = await payloadIn(file, this.limit);
      const receipt = await this.receiving.receive({ payload, door: 'folder', name, actor: 'folder' });
      outcome =
        'skipped' in receipt
          ? { accepted: 0, duplicates: 0, skipped: receipt.skipped, sha256: payload.sha256 }
          : receipt;
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error;
      outcome = { accepted: 0, duplicates: 0, skipped: error.message };
    }
    await this.away(name, outcome);
  }

  /** Out of `taken/`, with what became of it beside it. */
  private async away(name: string, outcome: Outcome): Promise<void> {
    const now = await this.clock.now();
    const good = outcome.accepted + outcome.duplicates > 0;
    const target = path.join(this.folder, good ? 'archive' : 'refused', shanghaiDate(now));
    mkdirSync(target, { recursive: true });
    // Two files of one name on one day are two files; a long name has no room for what is put before it.
    const unique = `${now.replace(/[-:.]/g, '')}-${shortened(name)}`;
    const receipt = path.join(target, `${unique}.receipt.json`);
    const said = outcome.skipped === undefined ? {} : { zh: wordsInChinese(outcome.skipped) };
    await writeFile(receipt, `${JSON.stringify({ name, ...outcome, ...said }, null, 2)}\n`);
    const taken = path.join(this.folder, 'taken', name);
    // What names persons is kept sealed, and lies open nowhere.
    if (good && (outcome.persons ?? 0) > 0) await rm(taken);
    else await rename(taken, path.join(target, unique));
    if (!good) this.logger.warn(`${name}: ${outcome.skipped ?? 'every record was refused'}; see ${receipt}`);
  }
}

type Outcome = Readonly<{ accepted: number; duplicates: number; persons?: number; skipped?: string; sha256?: string }>;

/** A name as it came while it is short; else its beginning and a hash of all of it, and its ending. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const { name: stem, ext } = path.parse(name);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${[...stem].slice(0, 30).join('')}~${hash}${Buffer.byteLength(ext) <= 20 ? ext : ''}`;
}
