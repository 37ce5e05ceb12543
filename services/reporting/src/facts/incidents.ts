import type { IncidentV1, UtcInstant } from '@fengsui/contracts';
import { casualtyWindowEnd, gradeOfReport } from '@fengsui/rules';
import {
  byRecording,
  cut,
  type Precision,
  type CasualtyChange,
  type FactContent,
  type FactRules,
  type KeptEntry,
  type Part,
} from './fact-content.js';

type Reported = Pick<
  IncidentV1['data'],
  | 'reportNo'
  | 'stage'
  | 'happenedAt'
  | 'category'
  | 'productionRelated'
  | 'industry'
  | 'county'
  | 'deaths'
  | 'missing'
  | 'seriousInjuries'
  | 'injuries'
  | 'economicLossYuan'
  | 'propertyLossYuan'
  | 'latitude'
  | 'longitude'
>;
type Report = KeptEntry &
  Reported &
  Readonly<{ /** Not kept before there was anything else. */ place?: string; precision?: Precision }>;
/** The window of its casualties has ended; or a person has said that it is another accident, or is not. */
type Note = KeptEntry &
  Readonly<{ /** The accident. */ of: string; note: 'window-ended' | 'joined' | 'apart'; to?: string }>;
export type IncidentEntry = Report | Note;

const isNote = (entry: IncidentEntry): entry is Note => 'note' in entry;
const isReport = (entry: IncidentEntry): entry is Report => !isNote(entry);

export function incidentParts({ occurredAt, data }: IncidentV1): readonly Part[] {
  const { incidentId, text: _, status: __, officialGrade: ___, happenedPrecision, place, ...reported } = data;
  const precision = happenedPrecision ?? 'minute';
  return [
    {
      kind: 'incident',
      subject: incidentId,
      kept: { at: occurredAt, ...reported, precision, place: cut(place, LONGEST_PLACE) },
    },
  ];
}

/** Of a place as it is named in a report; what is longer tells a course, not a place. */
const LONGEST_PLACE = 60;

/** Each report once, by number, and of two of one number the one that was recorded last. */
const inOrder = (entries: readonly IncidentEntry[]): Report[] =>
  entries.filter(isReport).sort((a, b) => a.reportNo - b.reportNo || byRecording(a, b));

const countyOf = (county: string): string => county.slice(0, 6);

/** The number of the accident that a subject is about. */
export const numberOf = (subject: string): string => subject.replace(/@\d{6}$/, '');

/**
 * Accidents that bear one number. Each county counts its own: two first reports from two counties are two accidents. A
 * follow-up is of the accident of its county; one that names another county, or none, moves the one that was first.
 * @returns the entries of each, by the name of its subject
 */
export function accidentsOf(number: string, entries: Readonly<Record<string, KeptEntry>>) {
  const all = Object.entries(entries) as [string, IncidentEntry][];
  const firsts = all.flatMap(([, entry]) =>
    isReport(entry) && entry.reportNo === 1 && entry.county !== null ? [entry] : [],
  );
  const counties = [...new Set([...firsts].sort(byRecording).map(({ county }) => countyOf(county as string)))];
  const accidents = new Map<string, Record<string, KeptEntry>>();
  const [main] = counties;
  for (const [event, entry] of all) {
    const county = isReport(entry) && entry.county !== null ? countyOf(entry.county) : null;
    const own = county !== null && county !== main && counties.includes(county);
    const subject = isNote(entry) ? entry.of : own ? `${number}@${county}` : number;
    accidents.set(subject, { ...accidents.get(subject), [event]: entry });
  }
  return accidents;
}

/** Events of the reports that say somebody is missing. */
export const missingIn = (entries: Readonly<Record<string, KeptEntry>>): string[] =>
  Object.entries(entries).flatMap(([event, { missing }]) =>
    typeof missing === 'number' && missing > 0 ? [event] : [],
  );

/** When the casualties of an accident stop to count, while somebody is missing; null: nobody is. */
export function missingUntil(entries: readonly KeptEntry[], rules: FactRules): UtcInstant | null {
  const reports = inOrder(entries as readonly IncidentEntry[]);
  const latest = reports.at(-1);
  if (latest === undefined || !rules.statistics.missingCountAfterWindow || stated(reports, 'missing') === 0)
    return null;
  return casualtyWindowEnd(latest.category, latest.happenedAt, rules.statistics);
}

/**
 * Each report states all figures anew; what one does not state stands as before. Casualties count as they stood when
 * their window ended (Decree 493 art. 13): who died later does not count, and a lower number is a correction that does.
 */
export function incident(entries: readonly IncidentEntry[], rules: FactRules): FactContent | null {
  const reports = inOrder(entries);
  const latest = reports.at(-1);
  if (latest === undefined) return null;
  if (latest.stage === 'write-off') return null; // 核销: it was no such accident, until a report says otherwise
  const notes = entries.filter(isNote).sort(byRecording);
  if (isJoined(notes)) return null;
  const region = reports.map(({ county }) => county).findLast((county) => county !== null);
  if (region === undefined || region === null || !rules.covers(region)) return null;
  const { happenedAt, category, productionRelated, industry } = latest;
  const { deaths, injuries, seriousInjuries, changes } = casualties(reports, notes, rules);
  const propertyLossYuan = stated(reports, 'propertyLossYuan');
  const economic = reports.map((report) => report.economicLossYuan).findLast((value) => value !== null);
  // What burned in a fire of production is loss of the accident, too.
  const economicLossYuan = economic ?? (category === 'fire' ? propertyLossYuan : 0);
  const grade = gradeOfReport({ category, deaths, seriousInjuries, economicLossYuan, propertyLossYuan });
  const isLossKnown = reports.some((one) => one.economicLossYuan !== null || one.propertyLossYuan !== null);
  const loss = Math.max(economicLossYuan, propertyLossYuan);
  const isMissing = stated(reports, 'missing') > 0;
  const isUnharmed = deaths === 0 && injuries === 0 && seriousInjuries === 0 && !isMissing;
  return {
    kind: 'incident',
    at: happenedAt,
    region,
    category,
    productionRelated,
    industry,
    grade,
    deaths,
    injuries,
    economicLossYuan,
    propertyLossYuan,
    precision: latest.precision ?? 'minute',
    place: reports.map(({ place = '' }) => place.trim()).findLast((place) => place !== '') ?? '',
    latitude: reports.map(({ latitude }) => latitude).findLast((value) => value !== null) ?? null,
    longitude: reports.map(({ longitude }) => longitude).findLast((value) => value !== null) ?? null,
    isOutside: isUnharmed && isLossKnown && loss < rules.statistics.outsideBelowYuan,
    changes,
  };
}

/** Joined to any other, as was said last of the two: it counts under that one's number. */
function isJoined(notes: readonly Note[]): boolean {
  const last = new Map(notes.flatMap(({ note, to }) => (to === undefined ? [] : [[to, note] as const])));
  return [...last.values()].includes('joined');
}

function casualties(reports: readonly Report[], notes: readonly Note[], { statistics }: FactRules) {
  const { category, happenedAt } = reports.at(-1) as Report;
  const end = casualtyWindowEnd(category, happenedAt, statistics);
  const inWindow = reports.filter(({ at }) => at <= end);
  // Nobody said anything in time: then what was said later is all there is.
  const counted = inWindow.length > 0 ? inWindow : reports;
  const later = inWindow.length > 0 ? reports.filter(({ at }) => at > end) : [];
  const changes: CasualtyChange[] = [];
  const isOver =
    later.length > 0 || notes.some(({ note, at }) => note === 'window-ended' && at >= end) || inWindow.length === 0;
  const counts = isOver && statistics.missingCountAfterWindow;
  let [dead, missing] = [stated(counted, 'deaths'), counts ? stated(counted, 'missing') : 0];
  let deaths = dead + missing;
  if (missing > 0)
    changes.push({ field: 'deaths', from: dead, to: deaths, reportNo: null, because: 'missing-at-its-end' });
  let injuries = stated(counted, 'injuries');
  let seriousInjuries = stated(counted, 'seriousInjuries');
  for (const report of later) {
    [dead, missing] = [report.deaths ?? dead, counts ? (report.missing ?? missing) : 0];
    // Who died after the window is counted as injured still: nobody is lost between the two.
    const died = Math.max(0, dead + missing - deaths);
    const still = (hurt: number | null): number | null => (hurt === null ? null : hurt + died);
    deaths = after('deaths', deaths, dead + missing, report, changes);
    injuries = after('injuries', injuries, still(report.injuries), report, changes);
    seriousInjuries = after('seriousInjuries', seriousInjuries, still(report.seriousInjuries), report, changes);
  }
  return { deaths, injuries, seriousInjuries, changes };
}

/** Fewer is a correction, whenever it comes; more is what happened after the window. Both are kept. */
function after(
  field: CasualtyChange['field'],
  from: number,
  to: number | null,
  { reportNo }: Report,
  changes: CasualtyChange[],
): number {
  if (to === null || to === from) return from;
  changes.push({ field, from, to, reportNo, because: to < from ? 'corrected' : 'after-the-window' });
  return Math.min(from, to);
}

const stated = (
  reports: readonly Report[],
  field: 'deaths' | 'missing' | 'seriousInjuries' | 'injuries' | 'propertyLossYuan',
): number => reports.map((report) => report[field]).findLast((value) => value !== null) ?? 0;
