import type { UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook, type Asked } from './figures/figures.js';
import { differencesInWords } from './figures/reconciling.js';
import { bookedIn } from './figures/booked.js';
import { Recounting, type Rebuilt } from './figures/recounting.js';
import { ALL, type Page } from './figures/tracing.js';
import { ReportingPlan } from './plan.js';
import type { DefinitionRow, SuspicionRow } from './tables/tables.js';
import type { AnsweringView, FigureParts, Figures, IndicatorView, RollupView, Trace } from './views.js';

/** Minutes within which calls are answered, as they are reported. */
const ANSWERED_WITHIN = [3, 10, 30] as const;

/** What a person must look at. */
export type ReportingItem = Readonly<{ kind: string; words: string; since: UtcInstant; closedAt: UtcInstant | null }>;

/** The figures of any period and the facts behind each, for the command and the console. */
@Injectable()
export class ReportingQuery {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly plan: ReportingPlan,
    private readonly recounting: Recounting,
    private readonly book: FigureBook,
    private readonly desk: OrdersDesk,
  ) {}

  /** @throws NoPeriod for what is no period, or no county of this city */
  figures(asked: Asked): Promise<Figures> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.figures(tx, asked));
  }

  /** Figures by county, industry, grade, hour, cause. @throws NoPeriod for what they are not told apart by */
  parts(asked: Asked, by: string): Promise<FigureParts> {
    // One at a time: each reads every fact of its spans.
    const next = this.last.then(() => this.db.transaction('REPEATABLE READ', (tx) => this.book.parts(tx, asked, by)));
    this.last = next.catch(() => undefined);
    return next;
  }

  /** @returns null when there is no such figure */
  trace(id: string, asked: Asked, page: Page = ALL): Promise<Trace | null> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.trace(tx, id, asked, page));
  }

  /** Counts indicators anew from their facts. @param ids null: all */
  rebuild(ids: readonly string[] | null): Promise<readonly Rebuilt[]> {
    return this.recounting.rebuild(ids);
  }

  /** The catalogue, with what each indicator counted before. @param id of one; without it all */
  async indicators(id?: string): Promise<readonly IndicatorView[]> {
    const { catalogue } = this.plan;
    const booked = await bookedIn(this.db, catalogue);
    const history = await rows<Pick<DefinitionRow, 'indicator' | 'version' | 'since' | 'definition'>>(
      this.db,
      'select indicator, version, since, definition from reporting.definition order by indicator, version, since',
    );
    return catalogue.indicators
      .filter((one) => id === undefined || one.id === id)
      .map((one) => ({
        id: one.id,
        label: one.label,
        definition: one.definition,
        unit: one.unit,
        method: one.method,
        version: one.version,
        validFrom: one.validFrom,
        dimensions: 'kind' in one ? [...one.dimensions] : [],
        isCounted: !('kind' in one) || booked.has(one.id),
        versions: catalogue.definitions.filter((definition) => definition.id === one.id),
        history: history
          .filter(({ indicator }) => indicator === one.id)
          .map(({ version, since, definition }) => ({ version, since, definition })),
      }));
  }

  /** How soon calls were answered in a year, by what they were about, who had the turn, and the hour of the day. */
  async answering(year: number): Promise<readonly AnsweringView[]> {
    const found = await rows<AnsweringView>(
      this.db,
      `select content->>'cause' as cause, content->>'role' as role, (content->>'hour')::int as hour, count(*)::int as calls,
              ${ANSWERED_WITHIN.map((n) => `(count(*) filter (where (content->>'minutes')::float8 <= ${n}))::int as within${n}`).join(', ')}
       from reporting.subject
       where kind = 'call' and content is not null
         and (content->>'at')::timestamptz >= make_timestamptz($1, 1, 1, 0, 0, 0, 'Asia/Shanghai')
         and (content->>'at')::timestamptz < make_timestamptz($1 + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai')
       group by 1, 2, 3 order by 1, 2, 3`,
      [year],
    );
    return found;
  }

  /** Whether the counters are what their facts come to, for `fengsui doctor`. */
  async checks(): Promise<readonly Check[]> {
    const found = await this.db.transaction('REPEATABLE READ', (tx) => this.book.differences(tx));
    const booked = await bookedIn(this.db, this.plan.catalogue);
    const isEmpty = (await one(this.db, 'select 1 from reporting.fact limit 1')) === null;
    const uncounted = this.plan.catalogue.indicators.filter(
      (indicator) => 'kind' in indicator && !booked.has(indicator.id),
    );
    return [
      {
        name: 'figures',
        ok: found.length === 0,
        found: found.length === 0 ? 'counters are the sums of their facts' : differencesInWords(found),
        expected: 'every counter the sum of its facts',
        advice: { zh: '运行 fengsui figures rebuild', en: 'run `fengsui figures rebuild`' },
      },
      {
        name: 'indicators',
        ok: isEmpty || uncounted.length === 0,
        found: isEmpty || uncounted.length === 0 ? 'all are counted' : uncounted.map(({ id }) => id).join(', '),
        expected: 'every indicator of the catalogue counted over the facts there are',
        advice: {
          zh: '重启服务，或运行 fengsui figures rebuild --indicator ID',
          en: 'start the services anew, or run `fengsui figures rebuild --indicator ID`',
        },
      },
    ];
  }

  /**
   * Accidents under two numbers that may be one, and reports that nobody has signed.
   * @param open only those that nobody has decided
   */
  async items(open = false): Promise<readonly ReportingItem[]> {
    const found = await rows<Omit<SuspicionRow, 'order'>>(
      this.db,
      `select one, other, found_at as "foundAt", state, joined, words from reporting.suspicion
       where not $1::boolean or state = 'open' order by found_at, one, other`,
      [open],
    );
    const twice = found.map(({ one, other, foundAt, state, words }) => ({
      kind: 'incident-twice',
      words: `事故 ${one} 与 ${other} ${state === 'open' ? '疑为同一起' : state === 'joined' ? '已认定为同一起' : '已认定为两起'}：${words}`,
      since: foundAt,
      closedAt: state === 'open' ? null : foundAt,
    }));
    return [...twice, ...(await this.unsigned())];
  }

  /** What waits for a person to check and sign it. */
  private async unsigned(): Promise<readonly ReportingItem[]> {
    const found = await rows<{ id: string; since: UtcInstant; checked: string | null }>(
      this.db,
      `select distinct on (d.period, d.template) d.period || '/' || d.template || '/' || d.version as id, d.made_at as since,
              (select s.by from reporting.document_step s
               where (s.period, s.template, s.version, s.step) = (d.period, d.template, d.version, 'checked')) as checked
       from reporting.document d
       where not exists (select 1 from reporting.document_step s
                         where (s.period, s.template) = (d.period, d.template) and s.step in ('signed', 'dropped')
                           and s.version >= d.version)
       order by d.period, d.template, d.version desc`,
    );
    return found.map(({ id, since, checked }) => ({
      kind: 'report-unsigned',
      words: `文稿 ${id} ${checked === null ? '待核稿' : `已由 ${checked} 核稿，待签发`}`,
      since,
      closedAt: null,
    }));
  }

  rollups(): Promise<readonly RollupView[]> {
    return rows(
      this.db,
      `select name, due_at as "dueAt", ran_at as "ranAt", outcome, findings from reporting.rollup order by ran_at desc, name limit 100`,
    );
  }

  /** Whether any fact rests on an event. */
  async restsOn(event: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from reporting.fact where event = $1 limit 1', [event])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }
}
