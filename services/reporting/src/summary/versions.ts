import type { OrderOf, ReportWaitsV1, UtcInstant } from '@fengsui/contracts';
import { insertRows, one, rows, run, type Db, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, rejected, Takes, type Check, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { checkDocument } from '../checker/check-text.js';
import { readFileToCheck } from '../checker/files.js';
import { restatedCases } from '../figures/restated.js';
import { NoPeriod } from '../period.js';
import { ReportingPlan } from '../plan.js';
import { DocumentPdfRow, DocumentRow, DocumentStepRow } from '../tables/tables.js';
import type { DocumentView, Figure, RestatedCase } from '../views.js';
import { TemplateFault } from './conditions.js';
import { Closings } from './closings.js';
import { ReportPdf } from './pdf.js';
import { periodInWords } from './period-in-words.js';
import { NothingHeld, Reports, type Report } from './reports.js';

/** A figure of a report that is another one than in the version signed last, with the cases by which. */
export type Difference = Readonly<{
  id: string;
  from: number | null;
  to: number | null;
  cases: readonly RestatedCase[];
}>;

type Name = Readonly<{ period: string; template: string; version: number }>;

/**
 * From a draft to what is signed 起草 核稿 签发: each version is written once and never changes; somebody checks it,
 * somebody else signs it, and what changes afterwards is another version, which says what differs and why.
 */
@Injectable()
export class ReportVersions {
  constructor(
    private readonly db: DataSource,
    private readonly plan: ReportingPlan,
    private readonly reports: Reports,
    private readonly closings: Closings,
    private readonly pdf: ReportPdf,
  ) {}

  @Takes('reporting', 'draft-report', ({ data }) => `${data.period}/${data.template}`)
  async draft({ data }: OrderOf<'draft-report'>, unit: UnitOfWork): Promise<OrderResult> {
    const { period, template, actor } = data;
    try {
      const version = await this.write({ period, template }, actor, unit);
      return done(`已起草 ${period}/${template}/${version}`);
    } catch (error) {
      if (error instanceof NothingHeld || error instanceof NoPeriod || error instanceof TemplateFault)
        return rejected(error.message);
      throw error;
    }
  }

  /** The checker 核稿人 vouches for the newest draft. What the checks found must be answered in words. */
  @Takes('reporting', 'check-report', ({ data }) => data.report)
  async check({ id, data }: OrderOf<'check-report'>, unit: UnitOfWork): Promise<OrderResult> {
    const { report, actor, reason } = data;
    const found = await this.newest(unit.tx, report);
    if (typeof found === 'string') return rejected(found);
    const certain = certainIn(found);
    if (certain > 0 && reason === '')
      return rejected(`有${certain}处数字经核对不成立，须改正或写明理由 / ${certain} numbers cannot be right`);
    const lacks = found.missing.length;
    if (lacks > 0 && reason === '')
      return rejected(`文稿缺${lacks}处（fengsui reports show ${report}），须补齐或写明理由 / ${lacks} are missing`);
    return this.step(found, 'checked', { by: actor, order: id, words: reason }, unit);
  }

  /** Two people: whoever checked a draft does not sign it. */
  @Takes('reporting', 'sign-report', ({ data }) => data.report)
  async sign({ id, data }: OrderOf<'sign-report'>, unit: UnitOfWork): Promise<OrderResult> {
    const { report, actor, reason } = data;
    const found = await this.newest(unit.tx, report);
    if (typeof found === 'string') return rejected(found);
    const checked = (await stepsOf(unit.tx, found)).find(({ step }) => step === 'checked');
    if (checked === undefined) return rejected('尚未核稿 / it has not been checked');
    if (checked.by === actor) return rejected('核稿与签发须为两人 / whoever checked it does not sign it');
    const open = await this.closings.open(unit.tx, found.period, unit.now);
    if (open.length > 0 && reason === '')
      return rejected(`${open.join('、')}尚未核定本期数据，须等待或写明理由 / counties have not closed the period`);
    return this.step(found, 'signed', { by: actor, order: id, words: reason }, unit);
  }

  /** A draft that nobody wants any more calls nobody any more. What was signed stands. */
  @Takes('reporting', 'drop-report', ({ data }) => data.report)
  async drop({ id, data }: OrderOf<'drop-report'>, unit: UnitOfWork): Promise<OrderResult> {
    const { report, actor, reason } = data;
    if (reason === '') return rejected('撤回须写明理由 / say why it is dropped');
    const found = await this.newest(unit.tx, report);
    if (typeof found === 'string') return rejected(found);
    const signed = (await stepsOf(unit.tx, found)).find(({ step }) => step === 'signed');
    if (signed !== undefined) return rejected(`已由 ${signed.by} 签发，不能撤回 / it is signed already`);
    return this.step(found, 'dropped', { by: actor, order: id, words: reason }, unit);
  }

  /**
   * Writes the next version.
   * @param by the person who asked for it, or the roll-up
   * @returns its number
   */
  async write(
    { period, template }: Pick<Name, 'period' | 'template'>,
    by: string,
    { tx, now, append }: Pick<UnitOfWork, 'tx' | 'now' | 'append'>,
  ): Promise<number> {
    await run(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`reporting.document/${period}/${template}`]);
    const made = await this.reports.make({ period, template, date: now });
    const last = await one<{ version: number }>(
      tx,
      'select max(version)::int as version from reporting.document where period = $1 and template = $2',
      [period, template],
    );
    const version = (last?.version ?? 0) + 1;
    const findings = checkDocument(await readFileToCheck(made.bytes, 'report.docx'), {
      figures: made.all,
      period: periodInWords(made.days),
    });
    const row: DocumentRow = {
      period,
      template,
      version,
      madeAt: now,
      asOf: made.asOf,
      madeBy: by,
      title: made.title,
      sha256: made.sha256,
      bytes: made.bytes.toString('base64'),
      figures: made.all,
      missing: [...made.missing, ...(await this.closings.missing(tx, period, now))],
      findings,
      differences: await this.differences(tx, { period, template }, made),
    };
    await insertRows(tx, DocumentRow, [row]);
    append(waits(row, { for: 'check', by, at: now }));
    return version;
  }

  /** The newest version alone may be checked and signed. @returns why not, in words */
  private async newest(tx: Tx, report: string): Promise<DocumentRow | string> {
    const name = nameOf(report);
    if (name === null)
      return `${report}: 应为 时段/模板/版本，如 2020/annual-summary/1 / period, template, version expected`;
    await run(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`reporting.document/${name.period}/${name.template}`]);
    const { period, template, version } = name;
    const found = await tx
      .getRepository(DocumentRow)
      .find({ where: { period, template }, order: { version: 'desc' }, take: 1 });
    const [last] = found;
    if (last === undefined) return `没有 ${report} / there is no ${report}`;
    return last.version === version
      ? last
      : `${report} 不是最新一稿，最新为第${last.version}稿 / the newest is version ${last.version}`;
  }

  private async step(
    row: DocumentRow,
    step: DocumentStepRow['step'],
    what: Pick<DocumentStepRow, 'by' | 'order' | 'words'>,
    { tx, now, append }: UnitOfWork,
  ): Promise<OrderResult> {
    const { period, template, version } = row;
    const steps = await stepsOf(tx, { period, template, version });
    const dropped = steps.find((one) => one.step === 'dropped');
    if (dropped !== undefined) return rejected(`已由 ${dropped.by} 撤回 / it is dropped`);
    const before = steps.find((one) => one.step === step);
    const verb = VERBS[step];
    if (before !== undefined) return rejected(`已由 ${before.by} ${verb} / it is ${step} already, by ${before.by}`);
    await insertRows(tx, DocumentStepRow, [{ period, template, version, step, at: now, ...what }]);
    if (step === 'signed') await this.pdf.askFor(row, { tx, now });
    append(waits(row, { for: step === 'checked' ? 'sign' : 'nobody', by: what.by, at: now }));
    return done(`${period}/${template}/${version} 已${verb}`);
  }

  /** Against the version signed last: which figures differ, and by which cases. */
  private async differences(
    tx: Tx,
    { period, template }: Pick<Name, 'period' | 'template'>,
    made: Report,
  ): Promise<readonly Difference[] | null> {
    const signed = await one<{ figures: readonly Figure[]; asOf: UtcInstant }>(
      tx,
      `select d.figures, d.as_of as "asOf" from reporting.document d
       join reporting.document_step s using (period, template, version)
       where d.period = $1 and d.template = $2 and s.step = 'signed' order by d.version desc limit 1`,
      [period, template],
    );
    if (signed === null) return null;
    const before = new Map(signed.figures.map(({ id, value }) => [id, value]));
    const changed = made.all.filter(({ id, value }) => (before.get(id) ?? null) !== value);
    const ids = changed.filter(({ method }) => method !== 'ratio').map(({ id }) => id);
    const span = { from: signed.asOf, to: made.asOf, base: made.days, county: null };
    const cases = ids.length === 0 ? new Map() : await restatedCases(tx, this.plan.catalogue, ids, span);
    return changed.map(({ id, value }) => {
      return {
        id,
        from: before.get(id) ?? null,
        to: value,
        cases: [...((cases.get(id) as readonly RestatedCase[]) ?? [])],
      };
    });
  }

  /** Every version, the newest first. @param report of one period and template: `2020/annual-summary` */
  async list(report: string | null = null): Promise<readonly DocumentView[]> {
    const found = await rows<
      Omit<DocumentRow, 'bytes' | 'figures'> & { steps: DocumentStepRow[] | null; pdf: string | null }
    >(
      this.db,
      `select d.period, d.template, d.version, d.title, d.made_at as "madeAt", d.as_of as "asOf", d.made_by as "madeBy", d.sha256,
              d.missing, d.findings, d.differences,
              (select p.sha256 from reporting.document_pdf p
               where (p.period, p.template, p.version) = (d.period, d.template, d.version)) as pdf,
              (select jsonb_agg(to_jsonb(s) order by s.at) from reporting.document_step s
               where (s.period, s.template, s.version) = (d.period, d.template, d.version)) as steps
       from reporting.document d where $1::text is null or d.period || '/' || d.template = $1
       order by d.made_at desc, d.period, d.template, d.version desc limit 1000`,
      [report],
    );
    return found.map(({ period, template, version, missing, steps, ...row }) => {
      const of = (step: DocumentStepRow['step']) => steps?.find((taken) => taken.step === step) ?? null;
      const [checked, signed] = [of('checked'), of('signed')];
      return {
        id: `${period}/${template}/${version}`,
        state:
          signed !== null
            ? ('signed' as const)
            : of('dropped') !== null
              ? ('dropped' as const)
              : checked !== null
                ? ('checked' as const)
                : ('draft' as const),
        ...row,
        missing: [...missing],
        findings: [...row.findings],
        differences:
          row.differences === null
            ? null
            : row.differences.map((difference) => ({ ...difference, cases: [...difference.cases] })),
        checkedBy: checked?.by ?? null,
        signedBy: signed?.by ?? null,
      };
    });
  }

  /** What of it would not work here, for `fengsui doctor`. */
  async checks(): Promise<readonly Check[]> {
    return [await this.pdf.check()];
  }

  /** The PDF beside a signed version. @returns null when there is none, or none yet */
  async pdfOf(report: string): Promise<Buffer | null> {
    const name = nameOf(report);
    const found = name === null ? null : await this.db.getRepository(DocumentPdfRow).findOneBy(name);
    return found === null ? null : Buffer.from(found.bytes, 'base64');
  }

  /** The bytes of one version, as they were written. @returns null when there is none */
  async bytes(report: string): Promise<Buffer | null> {
    const name = nameOf(report);
    if (name === null) return null;
    const found = await this.db.getRepository(DocumentRow).findOneBy(name);
    return found === null ? null : Buffer.from(found.bytes, 'base64');
  }
}

const VERBS = { checked: '核稿', signed: '签发', dropped: '撤回' } as const;

const certainIn = ({ findings }: Pick<DocumentRow, 'findings'>): number =>
  findings.filter(({ certain }) => certain).length;

/** Whom a version waits for from now on. */
function waits(
  row: DocumentRow,
  { for: waitsFor, by, at }: Readonly<{ for: ReportWaitsV1['data']['waitsFor']; by: string; at: UtcInstant }>,
): ReportWaitsV1 {
  const matter = `${row.period}/${row.template}`;
  const report = `${matter}/${row.version}`;
  const [missing, findings] = [row.missing.length, certainIn(row)];
  return {
    id: `report-waits/${report}/${waitsFor}`,
    type: 'report-waits.v1',
    key: matter,
    occurredAt: at,
    recordedAt: at,
    correlationId: matter,
    causes: [],
    // What a plan calls it may be anything, and what was written by an earlier release has no name.
    data: { matter, report, title: nameOfTitle(row.title) || matter, waitsFor, by, missing, findings },
  };
}

/** One line, as an event names a thing. */
const nameOfTitle = (title: string): string => title.replaceAll(/\s+/g, ' ').trim().slice(0, 200);

function nameOf(report: string): Name | null {
  const [, period = '', template = '', version = ''] = /^(.+)\/([^/]+)\/(\d{1,6})$/.exec(report) ?? [];
  return version === '' ? null : { period, template, version: Number(version) };
}

const stepsOf = (db: Db, { period, template, version }: Name): Promise<DocumentStepRow[]> =>
  rows(
    db,
    'select step, by, at, words from reporting.document_step where period = $1 and template = $2 and version = $3',
    [period, template, version],
  );
