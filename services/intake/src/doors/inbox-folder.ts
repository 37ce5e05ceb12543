import { mkdirSync } from 'node:fs';
import { readdir, rename, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shanghaiDate } from '@fengsui/contracts';
import type { Clock } from '@fengsui/database';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BadPayload, payloadIn } from '../keeping/payload.js';
import type { Receiving } from '../accepting/receiving.js';

const LOOK_EVERY_MS = 1_000;
/** Names that a writer uses while it still writes. */
const UNFINISHED = /^\.|\.(part|tmp|filepart|crdownload)$/i;

/**
 * A folder that others drop files into. A writer renames a file into it when it is whole, or lets it lie unchanged
 * between two looks. What is picked up moves at once to `taken/`, so that nobody else picks it up, and then to
 * `archive/<day>/` or `refused/<day>/` with what became of it beside it. A file found in `taken/` at the start was
 * cut off, and is taken in again: facts that are in already are duplicates.
 */
export class InboxFolder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('inbox');
  private running = false;
  private work: Promise<void> = Promise.resolve();
  private readonly seen = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly receiving: Receiving,
    private readonly clock: Clock,
  ) {}

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
    for (const name of (await readdir(path.join(this.folder, 'taken'))).sort()) await this.take(name);
  }

  private async look(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name)).map(({ name }) => name);
    for (const name of this.seen.keys()) if (!names.includes(name)) this.seen.delete(name);
    for (const name of names.sort()) {
      if (!this.running) return;
      const { size, mtimeMs } = await stat(path.join(this.folder, name));
      const state = `${size} ${mtimeMs}`;
      if (this.seen.get(name) !== state) {
        this.seen.set(name, state);
        continue;
      }
      this.seen.delete(name);
      await rename(path.join(this.folder, name), path.join(this.folder, 'taken', name));
      await this.take(name);
    }
  }

  private async take(name: string): Promise<void> {
    const file = path.join(this.folder, 'taken', name);
    const now = await this.clock.now();
    let outcome: Readonly<{ accepted: number; duplicates: number; skipped?: string; sha256?: string }>;
    try {
      const payload = await payloadIn(file);
      const receipt = await this.receiving.receive({ payload, door: 'folder', name, actor: 'folder' });
      outcome =
        'skipped' in receipt
          ? { accepted: 0, duplicates: 0, skipped: receipt.skipped, sha256: payload.sha256 }
          : receipt;
    } catch (error) {
      // the database is away: the file stays in taken/ and is tried again
      if (!(error instanceof BadPayload)) throw error;
      outcome = { accepted: 0, duplicates: 0, skipped: error.message };
    }
    const good = outcome.accepted + outcome.duplicates > 0;
    const target = path.join(this.folder, good ? 'archive' : 'refused', shanghaiDate(now));
    mkdirSync(target, { recursive: true });
    // Two files of one name on one day are two files.
    const unique = `${now.replace(/[-:.]/g, '')}-${name}`;
    await writeFile(path.join(target, `${unique}.receipt.json`), `${JSON.stringify(outcome, null, 2)}\n`);
    await rename(file, path.join(target, unique));
    if (!good)
      this.logger.warn(
        `${name}: ${outcome.skipped ?? 'every record was refused'}; see ${path.join(target, `${unique}.receipt.json`)}`,
      );
  }
}
