import type { IncidentV1 } from '@fengsui/contracts';
import { insertRows, rows, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { followUpFor, gradeOfReport, isLate, reportsUpFor, type IncidentClock } from '@fengsui/rules';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { ReportedIncidentRow } from '../tables/tables.js';
import { Obligations } from './obligations.js';

/** A first report that comes so long after it is history, and nobody is to telephone for it. */
const NEWS_HOURS = 24;

/** Reports of accidents: what must be reported up is owed from the first one on, until the final report is there. */
@Controller()
export class IncidentConsumer {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly obligations: Obligations,
  ) {}

  @Consumes('response', 'incident.v1')
  async reports(reports: readonly IncidentV1[], unit: UnitOfWork): Promise<void> {
    const { incidents } = this.plan.obligations;
    if (incidents.length === 0) return;
    for (const report of reports) await this.take(report, unit);
  }

  private async take(report: IncidentV1, unit: UnitOfWork): Promise<void> {
    const { stage, county } = report.data;
    const incidentId = await numberOf(unit.tx, report.data);
    if (incidentId === null || (county !== null && !this.plan.flood.counties.includes(county.slice(0, 6)))) return;
    const grade = gradeOfReport(report.data);
    const about = { authority: this.plan.flood.authority, about: incidentId };
    const known = await followUps(unit.tx, incidentId);
    const over = stage === 'final' || stage === 'write-off';
    if (known.length === 0) {
      if (over || isLate(report, NEWS_HOURS)) return;
      return this.obligations.owe(
        reportsUpFor(this.plan.obligations.incidents, { incidentId, county }, grade, report.recordedAt),
        about,
        unit,
      );
    }
    if (stage === 'first') return; // said again by another
    const by = { id: report.id, doneAt: report.occurredAt, person: '续报 / follow-up' };
    for (const { matter, state } of known) if (state === 'open') await this.obligations.metBy(matter, by, unit);
    const clock = clockOf(this.plan.obligations.incidents, grade);
    if (!over && clock !== undefined)
      await this.obligations.owe([followUpFor(clock, incidentId, report.recordedAt, known.length + 1)], about, unit);
  }
}

/**
 * The accident that a report is about: each county counts its own, so one number in two of them is two accidents. What
 * follows and names another county, or none, is of the one that was first. Null: nobody knows where it was.
 */
async function numberOf(
  tx: Tx,
  { incidentId, stage, county }: Pick<IncidentV1['data'], 'incidentId' | 'stage' | 'county'>,
): Promise<string | null> {
  const code = county?.slice(0, 6) ?? null;
  if (code !== null) await insertRows(tx, ReportedIncidentRow, [{ number: incidentId, county: code }], 'nothing');
  const known = await rows<ReportedIncidentRow>(
    tx,
    'select number, county from response.reported_incident where number = any($1) order by number',
    [code === null ? [incidentId] : [incidentId, `${incidentId}@${code}`]],
  );
  if (code === null) return known[0]?.number ?? null;
  const own = known.find((one) => one.county === code);
  if (own !== undefined) return own.number;
  if (stage !== 'first') return known[0]?.number ?? null;
  const number = `${incidentId}@${code}`;
  await insertRows(tx, ReportedIncidentRow, [{ number, county: code }], 'nothing');
  return number;
}

/** Of the grade that it has now; where that has none, of the first there is: it had one when it was first reported. */
const clockOf = (clocks: readonly IncidentClock[], grade: string): IncidentClock | undefined =>
  clocks.find((one) => one.grade === grade) ?? clocks[0];

const followUps = (tx: Tx, incident: string): Promise<{ matter: string; state: string }[]> =>
  rows(
    tx,
    `select matter, state from response.obligation where about = $1 and kind = 'incident-follow-up' order by matter`,
    [incident],
  );
