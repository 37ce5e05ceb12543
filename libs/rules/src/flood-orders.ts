import {
  HAZARDS,
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  levelRank,
  shanghaiMinute,
  type Hazard,
  type Level,
  type OrderOf,
  type UtcInstant,
} from '@fengsui/contracts';
import {
  areasAt,
  beyond,
  countiesIn,
  higher,
  highest,
  highestOf,
  loweredTo,
  mergedAreas,
  sameAreas,
  tidied,
  type Areas,
  type Places,
} from './areas.js';
import { weighedNow } from './flood-assess.js';
import type { RaisingLevel } from './flood-plan.js';
import {
  numbered,
  numbersAt,
  withClosed,
  type ClosedProposal,
  type FloodResponse,
  type Proposal,
} from './flood-response.js';

export type LevelOrder = OrderOf<'confirm' | 'refuse' | 'raise' | 'lower' | 'end' | 'convert'>;

/** 启动, 提升, 扩大范围, 缩小范围, 降低, 转换, 结束. */
export type ChangeKind = 'start' | 'raise' | 'widen' | 'narrow' | 'lower' | 'convert' | 'end';
export type Ruling =
  | Readonly<{
      kind: 'change';
      to: Level;
      issuedAs: readonly Hazard[];
      areas: Areas;
      change: ChangeKind;
      proposalId: string | null;
      reason: string;
      superseded: Proposal | null;
    }>
  | Readonly<{ kind: 'refuse-proposal'; proposal: Proposal; reason: string }>
  /**
   * What the order is about is not known yet. It waits for a while, because orders and what they answer travel
   * different ways.
   */
  | Readonly<{ kind: 'wait'; because: string }>
  | Readonly<{ kind: 'reject'; because: string }>;
type Change = Extract<Ruling, { kind: 'change' }>;

const reject = (zh: string, en: string): Ruling => ({ kind: 'reject', because: `${zh} / ${en}` });

/**
 * What an order of a person does to the response.
 * @param heldElsewhere what other responses of the authority that are in force are issued against
 */
export function rule(
  state: FloodResponse,
  order: LevelOrder,
  places: Places,
  heldElsewhere: readonly Hazard[] = [],
): Ruling {
  const ruling = ruleAlone(state, order, places);
  if (ruling.kind !== 'change' || ruling.to === 'none') return ruling;
  const taken = ruling.issuedAs.filter((hazard) => heldElsewhere.includes(hazard));
  return taken.length === 0
    ? ruling
    : reject(
        `${hazardsInChinese(taken)}已有应急响应在行，请先结束或转换其一`,
        `another response of the authority against ${taken.join(', ')} is in force: end or convert one of them first`,
      );
}

function ruleAlone(state: FloodResponse, order: LevelOrder, places: Places): Ruling {
  const { data } = order;
  const open = state.proposal;
  const foreign = ('counties' in data ? (data.counties ?? []) : []).find((code) => !places.counties.includes(code));
  if (data.kind !== 'confirm' && data.reason.trim() === '')
    return reject('须写明理由', 'say why: an order without a proposal, or against one, takes a reason');
  if (foreign !== undefined)
    return reject(
      `${foreign} 不在 ${state.authority} 的辖区内`,
      `${foreign} is no county that ${state.authority} decides on`,
    );
  switch (data.kind) {
    case 'confirm':
    case 'refuse':
      return ruleOnProposal(state, order as OrderOf<'confirm' | 'refuse'>, places);
    case 'raise': {
      const areas = widened(state, data.level, data.counties, places);
      const issuedAs = issuedAsOrdered(state, data.issuedAs);
      if (state.level === 'none' && !issuedAs.includes(state.hazard))
        return reject(
          `启动${hazardsInChinese([state.hazard])}应急响应，须含${hazardsInChinese([state.hazard])}`,
          `the response is against ${state.hazard}, and what it is issued against must name it`,
        );
      const nothingNew =
        !higher(data.level, state.level) && sameAreas(areas, state.areas) && sameHazards(issuedAs, state.issuedAs);
      return nothingNew
        ? reject(
            `现为${LEVEL_IN_CHINESE[state.level]}，${LEVEL_IN_CHINESE[data.level]}不更高，范围也无增加`,
            `level ${state.level} is in force, ${data.level} is no higher and covers nothing new`,
          )
        : change(
            state,
            { to: higher(data.level, state.level) ? data.level : state.level, issuedAs, areas },
            data.reason,
            open,
          );
    }
    case 'lower': {
      const areas = narrowed(state, data.level, data.counties ?? [], places);
      if (levelRank(data.level) >= levelRank(state.level) && sameAreas(areas, state.areas))
        return reject(
          `现为${LEVEL_IN_CHINESE[state.level]}，${LEVEL_IN_CHINESE[data.level]}并非降低`,
          `level ${state.level} is in force, ${data.level} is no lower`,
        );
      const to = data.counties === undefined || data.counties.length === 0 ? data.level : highestOf(areas);
      return change(state, { to, issuedAs: state.issuedAs, areas }, data.reason, open);
    }
    case 'end': {
      if (state.level === 'none') return reject('没有在行的响应', 'no response is on');
      const areas = narrowed(state, 'none', data.counties ?? [], places);
      if (sameAreas(areas, state.areas) && Object.keys(areas).length > 0)
        return reject('所列范围不在响应之中', 'the response does not cover these counties');
      return change(state, { to: highestOf(areas), issuedAs: state.issuedAs, areas }, data.reason, open);
    }
    case 'convert': {
      if (state.level === 'none') return reject('没有在行的响应', 'no response is on');
      const issuedAs = issuedAsOrdered(state, data.issuedAs);
      if (sameHazards(issuedAs, state.issuedAs))
        return reject(
          `现已为${hazardsInChinese(issuedAs)}应急响应`,
          `it is issued against ${issuedAs.join(', ')} already`,
        );
      return change(state, { to: state.level, issuedAs, areas: state.areas }, data.reason, open);
    }
  }
}

/** In one order; what is in force where nothing is said, or what the response is for. */
const issuedAsOrdered = (state: FloodResponse, said: readonly Hazard[] | undefined): readonly Hazard[] =>
  said === undefined
    ? state.level === 'none'
      ? [state.hazard]
      : state.issuedAs
    : HAZARDS.filter((hazard) => said.includes(hazard));
const sameHazards = (a: readonly Hazard[], b: readonly Hazard[]): boolean =>
  a.length === b.length && a.every((hazard) => b.includes(hazard));

function ruleOnProposal(state: FloodResponse, order: OrderOf<'confirm' | 'refuse'>, places: Places): Ruling {
  const { data } = order;
  const open = state.proposal;
  const meant = data.proposalId;
  const closed = state.closed.find((one) =>
    meant === undefined
      ? data.kind === 'confirm' && open === null && one.to === data.level && order.occurredAt >= one.at
      : one.id === meant,
  );
  if (closed !== undefined) return reject(...closedInWords(closed));
  if (open === null || (meant !== undefined && meant !== open.id))
    return {
      kind: 'wait',
      because: `没有待签发的建议${meant === undefined ? '' : ` ${meant}`} / there is no open proposal${meant === undefined ? '' : ` ${meant}`}`,
    };
  if (order.occurredAt < open.proposedAt)
    return reject(`该决定早于建议 ${open.id} 的提出`, `it was given before ${open.id} was proposed`);
  if (data.kind === 'refuse') return { kind: 'refuse-proposal', proposal: open, reason: data.reason };
  const less = open.since !== null && open.since.level === data.level && data.level !== open.to ? open.since : null;
  if (data.level !== open.to && (less === null || less.level === state.level))
    return reject(
      `待签发的建议 ${open.id} 为${LEVEL_IN_CHINESE[open.to]}，不是${LEVEL_IN_CHINESE[data.level]}`,
      `the open proposal ${open.id} is for level ${open.to}, not ${data.level}`,
    );
  const gone = open.since !== null && open.since.level === state.level && sameAreas(open.since.areas, state.areas);
  if (gone && data.reason.trim() === '')
    return reject(
      `建议 ${open.id} 的依据已消失，签发须写明理由`,
      `the grounds of ${open.id} are gone: say why it is confirmed all the same`,
    );
  const areas =
    data.counties.length > 0 && data.level !== 'none' && open.direction === 'up'
      ? widened(state, data.level, data.counties, places)
      : (less ?? open).areas;
  const issuedAs = data.issuedAs === undefined ? open.issuedAs : issuedAsOrdered(state, data.issuedAs);
  return change(state, { to: data.level, issuedAs, areas }, data.reason || open.reason, open);
}

const closedInWords = ({ id, outcome, by, at }: ClosedProposal): [string, string] => {
  const when = shanghaiMinute(at).replace('T', ' ');
  switch (outcome) {
    case 'confirmed':
      return [`建议 ${id} 已由 ${by} 于 ${when} 签发`, `${by} has confirmed ${id} at ${at}`];
    case 'refused':
      return [`建议 ${id} 已由 ${by} 于 ${when} 驳回`, `${by} has refused ${id} at ${at}`];
    case 'superseded':
      return [`建议 ${id} 已于 ${when} 被取代`, `${id} was superseded at ${at}`];
  }
};

/** What is in force, and these counties at a level; none named: all that is covered, or the city. */
function widened(state: FloodResponse, level: RaisingLevel, counties: readonly string[], places: Places): Areas {
  const own = Object.keys(state.areas);
  const named = counties.length > 0 ? counties : own.length > 0 ? own : places.counties;
  return tidied(mergedAreas(state.areas, beyond(areasAt(named, level), state.areas, places)), places);
}

/** What is in force, with these counties and the reaches in them at no more than a level; none named: everything. */
function narrowed(state: FloodResponse, level: Level, counties: readonly string[], places: Places): Areas {
  if (counties.length === 0) return loweredTo(state.areas, level);
  const within = Object.entries(state.areas).filter(([area]) =>
    countiesIn(area, places).every((county) => counties.includes(county)),
  );
  const rest = Object.entries(state.areas).filter(([area]) => !within.some(([other]) => other === area));
  return mergedAreas(Object.fromEntries(rest), loweredTo(Object.fromEntries(within), level));
}

function change(
  state: FloodResponse,
  { to, issuedAs, areas }: Pick<Change, 'to' | 'issuedAs' | 'areas'>,
  reason: string,
  open: Proposal | null,
): Ruling {
  const confirmed = open !== null && (open.to === to || open.since?.level === to);
  return {
    kind: 'change',
    to,
    issuedAs,
    areas,
    change: kindOf(state, to, areas),
    proposalId: confirmed ? open.id : null,
    reason,
    superseded: confirmed ? null : open,
  };
}

function kindOf(state: FloodResponse, to: Level, areas: Areas): ChangeKind {
  if (to === 'none') return 'end';
  if (state.level === 'none') return 'start';
  if (to !== state.level) return higher(to, state.level) ? 'raise' : 'lower';
  if (sameAreas(areas, state.areas)) return 'convert';
  return sameAreas(mergedAreas(state.areas, areas), areas) ? 'widen' : 'narrow';
}

/** What has happened to the response when a person has ruled on it. */
export function afterRuling(state: FloodResponse, ruling: Ruling, decidedBy: string, at: UtcInstant): FloodResponse {
  switch (ruling.kind) {
    case 'wait':
    case 'reject':
      return state;
    case 'refuse-proposal':
      return afterRefusal(state, ruling.proposal, decidedBy, at);
    case 'change':
      return afterChange(state, ruling, decidedBy, at);
  }
}

/** What was called for, or in force, and is left out by whoever ordered. */
function leftOutBy({ level, issuedAs, leftOut, proposal }: FloodResponse, ruling: Change): readonly Hazard[] {
  const meant = [...leftOut, ...(level === 'none' ? [] : issuedAs), ...(proposal?.issuedAs ?? [])];
  return HAZARDS.filter((hazard) => meant.includes(hazard) && !ruling.issuedAs.includes(hazard));
}

function afterRefusal(state: FloodResponse, proposal: Proposal, by: string, at: UtcInstant): FloodResponse {
  const { id, to, grounds, direction } = proposal;
  const closed = withClosed(state, { id, to, outcome: 'refused', by, at });
  if (direction === 'down') return { ...state, proposal: null, closed, notYetAt: at };
  // Who refuses Ⅲ has not decided on what calls for Ⅳ alone.
  const top = highest(grounds.map(({ level }) => level));
  const weighed = grounds.filter(({ level }) => level === top);
  return {
    ...state,
    proposal: null,
    closed,
    weighed: weighedNow(state.weighed, weighed),
    refused: { id, by, at, grounds: [...new Set(weighed.map(({ says }) => says))].join('、') },
  };
}

function afterChange(state: FloodResponse, ruling: Change, by: string, at: UtcInstant): FloodResponse {
  const numbers = numbersAt(state, at);
  const episodes = numbers.episodes + (ruling.change === 'start' ? 1 : 0);
  const ended = ruling.to === 'none';
  const less = ['lower', 'narrow', 'end'].includes(ruling.change);
  const open = state.proposal;
  const closed: ClosedProposal[] =
    open === null
      ? []
      : ruling.superseded === null
        ? [{ id: open.id, to: ruling.to, outcome: 'confirmed', by, at }]
        : [{ id: open.id, to: open.to, outcome: 'superseded', by, at }];
  return {
    ...state,
    ...numbers,
    episodes,
    level: ruling.to,
    issuedAs: ended ? [state.hazard] : ruling.issuedAs,
    leftOut: ended ? [] : leftOutBy(state, ruling),
    areas: ended ? {} : ruling.areas,
    since: at,
    decidedBy: by,
    reason: ruling.reason,
    proposal: null,
    refused: null,
    weighed: less ? state.weighed : [],
    weighedByPerson: less,
    closed: withClosed(state, ...closed),
    decisive: ended ? [] : state.decisive,
    calmSince: null,
    notYetAt: null,
    episodeId: ended
      ? null
      : ruling.change === 'start'
        ? numbered(state, numbers.year, 'E', episodes)
        : state.episodeId,
  };
}
