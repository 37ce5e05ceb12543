import type { ObservedEvent, Refusal } from '@fengsui/contracts';
import { appendAudit } from '@fengsui/access';
import { Clock, one, rows, type Db, type Tx } from '@fengsui/database';
import { findRecord } from '@fengsui/log';
import type { Check } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inChinese, noteInChinese } from './accepting/in-chinese.js';
import { KeptInputs, type Note, type Origin } from './keeping/kept-inputs.js';
import { wholeOf } from './keeping/payload.js';
import { NAMES_PERSONS } from './persons/pseudonyms.js';
import { Persons } from './persons/persons.js';
import { parseJson } from './readers/json.js';
import { IntakePlan } from './plan.js';
import type { ConflictView, InputDetail, InputView, NamedView, SourceView, UnknownView } from './views.js';

/** Who looks at what names persons, and from where. */
type Looking = Readonly<{ person: string; origin: string }>;

/** The query port of intake: where an event came from, and the bytes behind it. */
@Injectable()
export class IntakeQuery {
  constructor(
    private readonly db: DataSource,
    private readonly kept: KeptInputs,
    private readonly plan: IntakePlan,
    private readonly persons: Persons,
    private readonly clock: Clock,
  ) {}

  originsOf(eventIds: readonly string[]): Promise<readonly Origin[]> {
    return this.kept.originsOf(this.db, eventIds);
  }

  /** The bytes of a record; null: it may name persons, and is not shown beside a figure. */
  async bytesOf(origin: Origin): Promise<Buffer | null> {
    const bytes = await this.kept.bytesOf(this.db, origin);
    return origin.sealedUnder !== null && mayName(origin.contract, bytes) ? null : bytes;
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

  /** What is known of the sources that are polled: when they answered, what they gave, what was missed. */
  async sources(): Promise<readonly SourceView[]> {
    const found = await rows<Pick<SourceView, 'name' | 'heardAt' | 'silentSince' | 'failures' | 'lastError'>>(
      this.db,
      `select name, heard_at as "heardAt", silent_since as "silentSince", failures, last_error as "lastError"
       from intake.source order by name`,
    );
    const seen = await rows<SourceView['seen'][number] & Readonly<{ source: string }>>(
      this.db,
      `select source, satellite, newest_at as "newestAt", received_at as "receivedAt", pass_rows as "passRows", records
       from intake.source_seen order by source, satellite`,
    );
    const gaps = await rows<SourceView['gaps'][number] & Readonly<{ source: string }>>(
      this.db,
      `select source, from_at as "from", to_at as "to", state from intake.gap order by from_at desc`,
    );
    const unknown = await rows<Readonly<{ actor: string; records: number }>>(
      this.db,
      'select actor, sum(records)::int as records from intake.unknown group by actor',
    );
    return found.map((row) => ({
      ...row,
      unknown: unknown.find(({ actor }) => actor === `source:${row.name}`)?.records ?? 0,
      seen: seen.flatMap(({ source, ...one }) => (source === row.name ? [one] : [])),
      gaps: gaps.flatMap(({ source, ...one }) => (source === row.name ? [one] : [])).slice(0, LISTED_GAPS),
    }));
  }

  /** Inputs as they came in, the last first. @param refused only those of which something was refused */
  inputs(refused: boolean, most: number): Promise<readonly InputView[]> {
    return rows(
      this.db,
      `select sha256 as id, received_at as "receivedAt", door, name, format, size,
              (select count(*) from intake.refusal r where r.sha256 = i.sha256) as refused,
              (select count(*) from intake.note n where n.sha256 = i.sha256) as notes
       from intake.input i
       where not $1::boolean or exists (select 1 from intake.refusal r where r.sha256 = i.sha256)
       order by received_at desc, sha256 limit $2`,
      [refused, most],
    );
  }

  /** One input with all that was said of it. @param hash its hash, or the beginning of it */
  async input(hash: string): Promise<InputDetail | null> {
    const input = await this.kept.find(this.db, hash);
    if (input === null) return null;
    const { sha256: id, sealedUnder = null, ...rest } = input;
    const [refusals, notes] = await Promise.all([
      rows<Refusal>(
        this.db,
        'select place, reason, expected from intake.refusal where sha256 = $1 order by at, place, reason',
        [id],
      ),
      rows<Note>(this.db, 'select place, note from intake.note where sha256 = $1 order by place, note', [id]),
    ]);
    return {
      id,
      ...rest,
      sealedUnder,
      publishedAt: rest.publishedAt ?? null,
      refused: refusals.length,
      notes: notes.map(({ place, note }) => ({ place, note, zh: noteInChinese(place, note) })),
      refusals: refusals.map((refusal) => ({ ...refusal, zh: inChinese(refusal) })),
    };
  }

  /**
   * The bytes of an input. Where they may name persons, that somebody looked is known: it stands in the audit.
   * @param who may read people's names; null: nobody who was asked for a right
   * @throws Unreadable when it names persons, and its key was destroyed
   */
  contents(
    { id: sha256, size, sealedUnder }: Pick<InputDetail, 'id' | 'size' | 'sealedUnder'>,
    who: Looking | null,
  ): Promise<Buffer> {
    const read = (db: Db): Promise<Buffer> => wholeOf(this.kept.payloadOf(db, { sha256, size, sealedUnder }));
    if (sealedUnder === null) return read(this.db);
    if (who === null) throw new Error(`input ${sha256} may name persons: whoever reads it must be known`);
    return this.looked(who, { act: 'input.read', about: sha256 }, read);
  }

  /** Whom pseudonyms stand for. That somebody looked is known: it stands in the audit. */
  async named(persons: readonly string[], who: Looking): Promise<readonly NamedView[]> {
    const asked = persons.slice(0, MOST_NAMES);
    const about = `${asked.length} persons: ${asked[0] ?? ''}…`;
    return this.looked(who, { act: 'persons.named', about }, (tx) => this.persons.named(tx, asked));
  }

  private async looked<T>(
    { person: actor, origin }: Looking,
    what: Readonly<{ act: string; about: string }>,
    look: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const now = await this.clock.now();
    return this.db.transaction(async (tx) => {
      const found = await look(tx);
      const act = { actor, right: 'read-people', origin, ...what, before: null, after: null, reason: '' };
      await appendAudit(tx, [act], now);
      return found;
    });
  }

  /** What came in under names that the plan does not know, with those that are written much like it. */
  async unknown(): Promise<readonly UnknownView[]> {
    const found = await rows<Omit<UnknownView, 'near'>>(
      this.db,
      `select kind, name, actor, first_at as "firstAt", last_at as "lastAt", records from intake.unknown
       order by last_at desc, kind, name`,
    );
    return found.map((row) => ({ ...row, near: row.kind === 'station' ? [...this.plan.stations.near(row.name)] : [] }));
  }

  /** What intake tells whoever looks after the installation. */
  async checks(): Promise<readonly Check[]> {
    const conflicts = (await this.conflicts()).length;
    const { brokenMappings } = this.plan;
    const lost = await this.persons.lostKeys(this.db);
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
      {
        name: 'person-keys',
        ok: lost.length === 0,
        found: lost.length === 0 ? 'all are here' : `missing: ${lost.join(', ')}`,
        expected: 'all are here',
        advice: {
          zh: '姓名封存所用密钥缺失，名单无法还原姓名：从备份恢复 FENGSUI_HOME/person-keys',
          en: 'keys of names are missing, nobody can be named: restore FENGSUI_HOME/person-keys from its backup',
        },
      },
      {
        name: 'mappings',
        ok: brokenMappings.length === 0,
        found: brokenMappings.map(({ file, reason }) => `${file}: ${reason}`).join('; ') || 'all fit',
        expected: 'all fit',
        advice: {
          zh: '改正预案 mappings/ 中的文件，无须重启',
          en: 'mend the file under mappings/ of the plan; no restart',
        },
      },
    ];
  }
}

/** Of orders only reports of progress name persons. What is not sure is not shown. */
function mayName(contract: string, bytes: Buffer): boolean {
  if (contract !== 'order.v1') return NAMES_PERSONS.has(contract);
  const { value } = parseJson(bytes, '');
  const { data } = (value ?? {}) as Readonly<{ data?: Readonly<{ kind?: unknown }> }>;
  return typeof data?.kind !== 'string' || data.kind === 'progress';
}

/** As many are looked up at once as one risk point has. */
const MOST_NAMES = 5_000;
/** Older ones are in the table. */
const LISTED_GAPS = 50;

/** Whether anything ever came in. */
export const holdsInputs = async (db: Db): Promise<boolean> =>
  (await one(db, 'select 1 from intake.input limit 1')) !== null;
