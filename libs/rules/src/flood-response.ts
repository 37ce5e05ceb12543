import { levelRank, shanghaiDate, type Hazard, type Level, type UtcInstant } from '@fengsui/contracts';
import type { Areas } from './areas.js';
import type { Ground } from './flood-evidence.js';
import type { RaisingLevel } from './flood-plan.js';

/** What we remember about one response of one authority. One row, one aggregate. */
export type FloodResponse = Readonly<{
  authority: string;
  hazard: Hazard;
  /** What it is issued against: several are one combined response 防汛防风. */ issuedAs: readonly Hazard[];
  /** What else was called for, and a person left out: it is not proposed again while this response is on. */
  leftOut: readonly Hazard[];
  /** The highest level in force. */ level: Level;
  /** Which level each part is under. */ areas: Areas;
  /** When the level in force was ordered; null before the first. */
  since: UtcInstant | null;
  decidedBy: string | null;
  reason: string;
  /** The response from its start to its end. */
  episodeId: string | null;
  proposal: Proposal | null;
  /** What a person has weighed, and not followed: it is not proposed again until there is more of it. */
  weighed: readonly WeighedGround[];
  /** What was refused last, for the words of the next proposal. */
  refused: Refused | null;
  /** A person has just lowered or ended it: what calls for more at that moment was weighed by them. */
  weighedByPerson: boolean;
  /** The proposals that were closed last, newest first: who comes late is told who decided. */
  closed: readonly ClosedProposal[];
  /** By what the levels of this response were called for: it must be calm before they are lowered. */
  decisive: readonly Decisive[];
  /** Since when nothing has called for the level in force. */
  calmSince: UtcInstant | null;
  /** When a proposal to lower was refused. */ notYetAt: UtcInstant | null;
  /** How many proposals and episodes the year has had: their ids count up. */
  year: string;
  proposals: number;
  episodes: number;
}>;

export type Proposal = Readonly<{
  id: string;
  to: Level;
  /** What the response is issued against once this is confirmed. */ issuedAs: readonly Hazard[];
  areas: Areas;
  /** Whether it calls for more than is in force, or for less. */ direction: 'up' | 'down';
  dueAt: UtcInstant;
  proposedAt: UtcInstant;
  reason: string;
  causes: readonly string[];
  grounds: readonly ProposedGround[];
  reminders: number;
  /** What is called for now, where that is less than was proposed: its grounds are gone, or fewer. */
  since: Since | null;
}>;

export type ProposedGround = Pick<Ground, 'condition' | 'level' | 'place' | 'value' | 'says'>;
/** What has become of the grounds of a proposal. */
export type Since = Readonly<{ level: Level; areas: Areas; at: UtcInstant; reason: string }>;
export type WeighedGround = Pick<Ground, 'condition' | 'place' | 'value'> &
  Readonly<{ /** Since when it has not held; null: it holds. */ goneAt: UtcInstant | null }>;
export type Refused = Readonly<{ id: string; by: string; at: UtcInstant; grounds: string }>;
export type ClosedProposal = Readonly<{
  id: string;
  to: Level;
  outcome: 'confirmed' | 'refused' | 'superseded';
  by: string | null;
  at: UtcInstant;
}>;
/** A gauge, or a county that was warned, by which a level was called for. */
export type Decisive = Readonly<{
  level: RaisingLevel;
  measure: 'stage' | 'forecast' | 'rain' | 'warning' | 'authority-level' | 'report';
  /** County, gauge or authority. */ place: string;
  /** What called, metres above the warning stage; null: it counts only whether it rises, or rains. */
  trigger: number | null;
  /** Of a warning: its kind. */ eventCode: string | null;
}>;

export const initialFloodResponse = (authority: string, hazard: Hazard = 'flood'): FloodResponse => ({
  authority,
  hazard,
  issuedAs: [hazard],
  leftOut: [],
  level: 'none',
  areas: {},
  since: null,
  decidedBy: null,
  reason: '',
  episodeId: null,
  proposal: null,
  weighed: [],
  refused: null,
  weighedByPerson: false,
  closed: [],
  decisive: [],
  calmSince: null,
  notYetAt: null,
  year: '',
  proposals: 0,
  episodes: 0,
});

type Numbers = Pick<FloodResponse, 'year' | 'proposals' | 'episodes'>;

/** Of this year's, by Beijing's year. Numbers are given once: an order dated back does not begin them again. */
export function numbersAt(state: Numbers, at: UtcInstant): Numbers {
  const written = shanghaiDate(at).slice(0, 4);
  return state.year >= written
    ? { year: state.year, proposals: state.proposals, episodes: state.episodes }
    : { year: written, proposals: 0, episodes: 0 };
}

/** `441800-flood-2020-P01`: authority, hazard, year, and the number of the proposal or (E) of the response. */
export const numbered = ({ authority, hazard }: FloodResponse, year: string, kind: 'P' | 'E', number: number): string =>
  `${authority}-${hazard}-${year}-${kind}${String(number).padStart(2, '0')}`;

/** As many closed proposals are remembered. */
const REMEMBERED = 30;

export const withClosed = (state: FloodResponse, ...closed: readonly ClosedProposal[]): readonly ClosedProposal[] =>
  [...closed, ...state.closed].slice(0, REMEMBERED);

/** The state as it was stored before areas came, or before there were other responses. */
export function fromStored(stored: object): FloodResponse {
  const old = stored as Partial<FloodResponse> & Readonly<{ counties?: readonly string[] }>;
  if (old.areas !== undefined && old.issuedAs !== undefined) return stored as FloodResponse;
  if (old.areas !== undefined) {
    const state = { ...initialFloodResponse(old.authority ?? ''), ...old };
    const { proposal } = state;
    return { ...state, proposal: proposal === null ? null : { ...proposal, issuedAs: ['flood'] } };
  }
  const { counties = [], ...kept } = old;
  const level = old.level ?? 'none';
  const areasOf = (at: Level, names: readonly string[]): Areas =>
    at === 'none' ? {} : Object.fromEntries(names.map((county) => [county, at]));
  const open = old.proposal as (Proposal & Readonly<{ counties?: readonly string[] }>) | null | undefined;
  return {
    ...initialFloodResponse(old.authority ?? ''),
    ...kept,
    areas: areasOf(level, counties),
    refused: null,
    proposal:
      open === null || open === undefined
        ? null
        : {
            id: open.id,
            to: open.to,
            issuedAs: ['flood'],
            areas: areasOf(open.to, open.counties ?? []),
            direction: levelRank(open.to) > levelRank(level) ? 'up' : 'down',
            dueAt: open.dueAt,
            proposedAt: open.proposedAt,
            reason: open.reason,
            causes: open.causes,
            grounds: [],
            reminders: open.reminders,
            since: null,
          },
  };
}
