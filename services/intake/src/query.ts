import type { ObservedEvent } from '@fengsui/contracts';
import { one, rows, type Db } from '@fengsui/database';
import { findRecord } from '@fengsui/log';
import type { Check } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { KeptInputs, type Origin } from './keeping/kept-inputs.js';
import type { ConflictView, SourceView } from './views.js';

/** The query port of intake: where an event came from, and the bytes behind it. */
@Injectable()
export class IntakeQuery {
  constructor(
    private readonly db: DataSource,
    private readonly kept: KeptInputs,
  ) {}

  originsOf(eventIds: readonly string[]): Promise<readonly Origin[]> {
    return this.kept.originsOf(this.db, eventIds);
  }

  bytesOf(origin: Origin): Promise<Buffer> {
    return this.kept.bytesOf(this.db, origin);
  }

  /** Messages whose identity was taken by other content: a person must see them. */
  conflicts(): Promise<readonly ConflictView[]> {
    return rows(
      this.db,
      `select event_id as event, identity, name, place, recorded_at as "recordedAt"
       from intake.accepted join intake.input using (sha256) where conflict order by recorded_at, event_id`,
    );
  }

  /** An event that came in, as it went to the log; null when there is none of that id. */
  async event(id: string): Promise<ObservedEvent | null> {
    const [origin] = await this.originsOf([id]);
    if (origin === undefined) return null;
    return (await findRecord(this.db, origin.contract as ObservedEvent['type'], id)) as ObservedEvent | null;
  }

  /** What is known of the sources that are polled. */
  sources(): Promise<readonly SourceView[]> {
    return rows(
      this.db,
      `select name, heard_at as "heardAt", silent_since as "silentSince", failures, last_error as "lastError"
       from intake.source order by name`,
    );
  }

  /** What intake tells whoever looks after the installation. */
  async checks(): Promise<readonly Check[]> {
    const conflicts = (await this.conflicts()).length;
    const silent = (await this.sources()).filter(({ silentSince }) => silentSince !== null).map(({ name }) => name);
    return [
      {
        name: 'conflicts',
        ok: conflicts === 0,
        found: String(conflicts),
        expected: '0',
        advice: {
          zh: '同一标识有不同内容，请人工核对：fengsui conflicts',
          en: 'the same identity came with other content, someone must look: `fengsui conflicts`',
        },
      },
      {
        name: 'sources',
        ok: silent.length === 0,
        found: silent.length === 0 ? 'none is silent' : `silent: ${silent.join(', ')}`,
        expected: 'none is silent',
        advice: { zh: '数据源中断：fengsui sources', en: 'sources are silent: `fengsui sources`' },
      },
    ];
  }
}

/** Whether anything ever came in. */
export const holdsInputs = async (db: Db): Promise<boolean> =>
  (await one(db, 'select 1 from intake.input limit 1')) !== null;
