import type {
  CallCause,
  FireJudgedV1,
  Hazard,
  IncidentV1,
  ObligationKind,
  ResponseChangedV1,
  UtcInstant,
  WorkRecordV1,
} from '@fengsui/contracts';
import type { Grade, StatisticsPlan } from '@fengsui/rules';

export type Precision = NonNullable<IncidentV1['data']['happenedPrecision']>;

/** No more than so many characters, none of them cut in two. */
export const cut = (text: string, most: number): string => [...text].slice(0, most).join('');

/** How a fire became known. */
export type FireKnown = NonNullable<FireJudgedV1['data']['known']>;

/** What a report said of casualties after their window had ended, and what became of it. */
export type CasualtyChange = Readonly<{
  field: 'deaths' | 'seriousInjuries' | 'injuries';
  from: number;
  to: number;
  reportNo: number | null;
  because: 'corrected' | 'after-the-window' | 'missing-at-its-end';
}>;

/** By what facts are summed up. From the plan. */
export type FactRules = Readonly<{
  /** Whether a division is of this city. */ covers: (division: string) => boolean;
  statistics: StatisticsPlan;
}>;

/** What a fact states, with the dimensions that indicators filter on and the measures that they add up. */
export type FactContent =
  | Readonly<{
      kind: 'incident';
      at: UtcInstant;
      region: string;
      category: IncidentV1['data']['category'];
      productionRelated: boolean;
      industry: IncidentV1['data']['industry'];
      grade: Grade;
      deaths: number;
      injuries: number;
      economicLossYuan: number;
      propertyLossYuan: number;
      /** How well `at` is known: of what is known to the month, it is its beginning. */ precision: Precision;
      /** In words; empty: not said. */ place: string;
      /** Degrees; null: not known. */ latitude: number | null;
      longitude: number | null;
      /** No casualties, and less loss than the statistics ask for: shown apart. */ isOutside: boolean;
      /** What later reports changed of the casualties, or would have. */ changes: readonly CasualtyChange[];
    }>
  | Readonly<{ kind: 'record'; at: UtcInstant; region: string; record: WorkRecordV1['data'] }>
  | Readonly<{ kind: 'hazard'; at: UtcInstant; region: string; grade: 'general' | 'major'; fixed: boolean }>
  | Readonly<{
      kind: 'fire';
      at: UtcInstant;
      region: string;
      verdict: FireJudgedV1['data']['verdict'];
      deaths: number;
      /** 受害森林面积, hectares; null: not known. */ damagedAreaHa: number | null;
      /** How it became known; null: not kept before there was anything else. */ known: FireKnown | null;
      /** Whether it was judged by its deadline; null: nobody was asked, or it was not kept. */ inTime: boolean | null;
    }>
  | Readonly<{
      kind: 'response-change';
      at: UtcInstant;
      region: string;
      /** What it was issued against; not kept before there was anything else. */
      hazards?: readonly Hazard[] | undefined;
      change: ResponseChangedV1['data']['change'];
      from: ResponseChangedV1['data']['from'];
      to: ResponseChangedV1['data']['to'];
      /** The response that it is a step of; what follows was not kept before there was anything else. */
      episodeId: string;
      counties: readonly string[];
      notice: string | null;
      reason: string;
    }>
  | Readonly<{
      kind: 'call';
      at: UtcInstant;
      region: string;
      cause: CallCause;
      /** Of the step that rang when it was answered; of a call that nobody answered, of the first. */ role: string;
      /** Of the day in Beijing, 0 to 23. */ hour: number;
      /** From its start to the first answer; null: nobody has answered it. */ minutes: number | null;
    }>
  | Readonly<{ kind: 'obligation'; at: UtcInstant; region: string; owed: ObligationKind; inTime: boolean }>
  | Readonly<{ kind: 'moved-person'; at: UtcInstant; region: string; episodeId: string; person: string }>;
export type FactKind = FactContent['kind'];
/** In the order in which they are counted. */
export const FACT_KINDS = [
  'incident',
  'record',
  'hazard',
  'fire',
  'response-change',
  'call',
  'obligation',
  'moved-person',
] as const satisfies readonly FactKind[];

/** What entries become: the subject they are about, and what is kept of them. */
export type Part = Readonly<{ kind: FactKind; subject: string; kept: KeptEntry }>;
/**
 * As it is stored with the subject: small, and enough to sum the subject up again. `recordedAt` and `nth` say which of
 * two stands: the one that was recorded last, and of those recorded together the one that came last. What was stored
 * before they were kept has neither, and is older than anything.
 */
export type KeptEntry = Readonly<{ at: UtcInstant; recordedAt?: UtcInstant; nth?: number } & Record<string, unknown>>;

/** Never by a hash or the order of fields: whoever corrects a correction means it. */
export const byRecording = (a: KeptEntry, b: KeptEntry): number => {
  const [x, y] = [a.recordedAt ?? '', b.recordedAt ?? ''];
  return x === y ? (a.nth ?? 0) - (b.nth ?? 0) : x < y ? -1 : 1;
};

/** What was summed up by an earlier release lacks what is kept now. */
export function asKeptNow(content: FactContent | null): FactContent | null {
  switch (content?.kind) {
    case 'fire':
      return { ...OLD_FIRE, ...content };
    case 'incident':
      return { ...OLD_INCIDENT, ...content };
    case 'response-change':
      return { ...OLD_CHANGE, ...content, hazards: content.hazards ?? ['flood'] };
    default:
      return content;
  }
}
const OLD_CHANGE = { episodeId: '', counties: [], notice: null, reason: '' };
const OLD_FIRE = { damagedAreaHa: null, known: null, inTime: null };
const OLD_INCIDENT = {
  precision: 'minute' as const,
  place: '',
  latitude: null,
  longitude: null,
  isOutside: false,
  changes: [],
};
