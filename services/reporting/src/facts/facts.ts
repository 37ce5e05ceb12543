import {
  fromShanghai,
  LIVE_CAUSES,
  shanghaiMinute,
  type CallAnsweredV1,
  type CallCause,
  type CallStartedV1,
  type CallStepV1,
  type FireJudgedV1,
  type FireMergedV1,
  type FirePartedV1,
  type Hazard,
  type IncidentV1,
  type ObligationDroppedV1,
  type ObligationKind,
  type ObligationMetV1,
  type ResponseChangedV1,
  type TransferTaskProgressedV1,
  type WorkRecordV1,
} from '@fengsui/contracts';
import {
  byRecording,
  cut,
  type FactContent,
  type FactKind,
  type FactRules,
  type KeptEntry,
  type Part,
} from './fact-content.js';
import { incident, incidentParts, type IncidentEntry } from './incidents.js';

/** Events that the report counts, or that correct what it counted. */
export type Counted =
  | IncidentV1
  | WorkRecordV1
  | FireJudgedV1
  | FireMergedV1
  | FirePartedV1
  | ResponseChangedV1
  | TransferTaskProgressedV1
  | ObligationMetV1
  | ObligationDroppedV1
  | CallStartedV1
  | CallStepV1
  | CallAnsweredV1;

/** Of a reason, as the course of a response tells it. */
const LONGEST_REASON = 300;

/** The parts that events play in the report. Events that the report does not count have none. */
export function partsOf(event: Counted): readonly Part[] {
  switch (event.type) {
    case 'incident.v1':
      return incidentParts(event);
    case 'work-record.v1': {
      const { data } = event;
      const { text: _, ...measured } = data;
      const record: Part = {
        kind: 'record',
        subject: `${data.kind}/${data.recordId}`,
        // A task is of the year in which it is due.
        kept: {
          at: data.kind === 'plan-task' ? fromShanghai(data.due) : event.occurredAt,
          data: data.kind === 'narrative' ? data : measured,
        },
      };
      if (data.kind === 'hazard-found')
        return [
          record,
          {
            kind: 'hazard',
            subject: data.hazardId,
            kept: { at: event.occurredAt, step: 'found', grade: data.grade, county: data.county },
          },
        ];
      if (data.kind === 'hazard-fixed')
        return [record, { kind: 'hazard', subject: data.hazardId, kept: { at: event.occurredAt, step: 'fixed' } }];
      return [record];
    }
    case 'fire-judged.v1': {
      const { fireId, county, verdict, deaths, firstSeenAt, recheck = false } = event.data;
      const { damagedAreaHa, known, dueAt } = event.data;
      if (recheck) return []; // what it was stands
      const kept = { at: event.occurredAt, county, verdict, deaths, firstSeenAt, damagedAreaHa, known, dueAt };
      return [{ kind: 'fire', subject: fireId, kept }];
    }
    case 'fire-merged.v1':
      return [{ kind: 'fire', subject: event.data.mergedFireId, kept: { at: event.occurredAt, isOwn: false } }];
    case 'fire-parted.v1':
      return [{ kind: 'fire', subject: event.data.partedFireId, kept: { at: event.occurredAt, isOwn: true } }];
    case 'response-changed.v1': {
      const { authority, hazard, issuedAs = [hazard], change, from, to } = event.data;
      const { episodeId, counties, notice = null, reason } = event.data;
      const course = { episodeId, counties, notice, reason: cut(reason, LONGEST_REASON) };
      const kept = { at: event.occurredAt, authority, hazards: issuedAs, change, from, to, ...course };
      return [{ kind: 'response-change', subject: event.id, kept }];
    }
    case 'obligation-met.v1':
    case 'obligation-dropped.v1': {
      const { authority, kind: owed, dueAt, matter, owner } = event.data;
      // What was dropped before its time was owed by nobody.
      if (event.type === 'obligation-dropped.v1' && !event.data.overdue) return [];
      const inTime = event.type === 'obligation-met.v1' && event.data.inTime;
      return [{ kind: 'obligation', subject: `${matter}/${owner}`, kept: { at: dueAt, authority, owed, inTime } }];
    }
    case 'call-started.v1':
    case 'call-step.v1':
    case 'call-answered.v1':
      return callParts(event);
    case 'transfer-task-progressed.v1': {
      const { episodeId, county, moved } = event.data;
      return moved.map((person) => ({
        kind: 'moved-person',
        subject: `${episodeId}/${person}`,
        kept: { at: event.occurredAt, county, episodeId, person },
      }));
    }
  }
}

/** Exercises, tests and what duty calls for itself are no calls for something that happened. */
function callParts(event: CallStartedV1 | CallStepV1 | CallAnsweredV1): readonly Part[] {
  const { callId: subject, cause } = event.data;
  if (!(LIVE_CAUSES as readonly string[]).includes(cause)) return [];
  const at = event.occurredAt;
  switch (event.type) {
    case 'call-started.v1':
      return [{ kind: 'call', subject, kept: { at, what: 'started', cause } }];
    case 'call-step.v1':
      return [{ kind: 'call', subject, kept: { at, what: 'step', step: event.data.step, role: event.data.role } }];
    case 'call-answered.v1': {
      const { step, minutes } = event.data;
      return [{ kind: 'call', subject, kept: { at, what: 'answered', step, minutes } }];
    }
  }
}

/**
 * Sums up a subject from all its entries. The answer does not depend on the order in which they came. Null: nothing
 * countable is known, or it was written off.
 */
export function summarise(kind: FactKind, entries: readonly KeptEntry[], rules: FactRules): FactContent | null {
  if (entries.length === 0) return null;
  switch (kind) {
    case 'incident':
      return incident(entries as readonly IncidentEntry[], rules);
    case 'hazard':
      return hazard(entries, rules);
    case 'record': {
      const { at, data } = last(entries) as KeptEntry & { data: WorkRecordV1['data'] };
      if (!rules.covers(data.county)) return null; // a visit or drill of another city
      return { kind, at, region: data.county, record: data };
    }
    case 'fire':
      return fire(entries as readonly FireEntry[]);
    case 'response-change': {
      const { at, authority, hazards, change, from, to, ...entry } = last(entries) as KeptEntry &
        Pick<ResponseChangedV1['data'], 'authority' | 'change' | 'from' | 'to'> & {
          hazards?: readonly Hazard[];
        } & Partial<Pick<ResponseChangedV1['data'], 'episodeId' | 'counties' | 'reason'> & { notice: string | null }>;
      const { counties = [], notice = null, reason = '' } = entry;
      const episodeId = entry.episodeId ?? '';
      return { kind, at, region: authority, hazards, change, from, to, episodeId, counties, notice, reason };
    }
    case 'obligation': {
      const { at, authority, owed, inTime } = last(entries) as KeptEntry & {
        authority: string;
        owed: ObligationKind;
        inTime: boolean;
      };
      return { kind, at, region: authority, owed, inTime };
    }
    case 'call':
      return call(entries as readonly CallEntry[]);
    case 'moved-person': {
      const { at, county, episodeId, person } = last(entries) as KeptEntry & {
        county: string;
        episodeId: string;
        person: string;
      };
      return { kind, at, region: county, episodeId, person };
    }
  }
}

type CallEntry = KeptEntry &
  (
    | Readonly<{ what: 'started'; cause: CallCause }>
    | Readonly<{ what: 'step'; step: number; role: string }>
    | Readonly<{ what: 'answered'; step: number; minutes: number }>
  );

/** Answered is what was answered first, however often the call rang again afterwards. */
function call(entries: readonly CallEntry[]): FactContent | null {
  const started = entries.find((entry) => entry.what === 'started');
  if (started?.what !== 'started') return null;
  const answered = entries
    .flatMap((entry) => (entry.what === 'answered' ? [entry] : []))
    .sort((a, b) => (a.at === b.at ? byRecording(a, b) : a.at < b.at ? -1 : 1))[0];
  const rang = answered?.step ?? 1;
  const role = entries.flatMap((entry) => (entry.what === 'step' && entry.step === rang ? [entry.role] : []))[0] ?? '-';
  const { at, cause } = started;
  const hour = Number(shanghaiMinute(at).slice(11, 13));
  return { kind: 'call', at, region: '', cause, role, hour, minutes: answered?.minutes ?? null };
}

type Found = KeptEntry &
  Pick<FireJudgedV1['data'], 'firstSeenAt' | 'county' | 'verdict' | 'deaths' | 'damagedAreaHa' | 'known' | 'dueAt'>;
type FireEntry = Found | (KeptEntry & Readonly<{ isOwn: boolean }>);

/**
 * What was judged last in the world holds, whenever it came in; a fire that ended in another one is counted there,
 * until the two are parted.
 */
function fire(entries: readonly FireEntry[]): FactContent | null {
  const inOrder = [...entries].sort((a, b) => (a.at === b.at ? byRecording(a, b) : a.at < b.at ? -1 : 1));
  const verdicts = inOrder.flatMap((entry) => ('verdict' in entry ? [entry as Found] : []));
  const joined = inOrder.flatMap((entry) => ('isOwn' in entry ? [entry] : [])).at(-1);
  const [first, judged] = [verdicts[0], verdicts.at(-1)];
  if (first === undefined || judged === undefined || joined?.isOwn === false) return null;
  const { firstSeenAt, county, verdict, deaths, damagedAreaHa = null, known = null } = judged;
  // In time was whoever answered first: a verdict that corrects it is no late answer.
  const inTime = first.dueAt === undefined ? null : first.at <= first.dueAt;
  return { kind: 'fire', at: firstSeenAt, region: county, verdict, deaths, damagedAreaHa, known, inTime };
}

/** Fixed may be known before found: it counts once it is known when the hazard was found. */
function hazard(entries: readonly KeptEntry[], rules: FactRules): FactContent | null {
  const all = entries.filter(({ step }) => step === 'found');
  if (all.length === 0) return null;
  const found = last(all) as KeptEntry & { grade: 'general' | 'major'; county: string };
  if (!rules.covers(found.county)) return null;
  return {
    kind: 'hazard',
    at: found.at,
    region: found.county,
    grade: found.grade,
    fixed: entries.some(({ step }) => step === 'fixed'),
  };
}

const last = <T extends KeptEntry>(entries: readonly T[]): T => [...entries].sort(byRecording).at(-1) as T;
