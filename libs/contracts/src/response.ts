import { Type, type Static } from 'typebox';
import { Count, defineEvent, Division, Instant, Name, OneOf, OrNull, Shape, Text } from './event.js';
import { HAZARDS, LEVELS } from './levels.js';

const authority = Division('whose response');
const hazard = OneOf(HAZARDS, 'which response of the authority');
const issuedAs = Type.Optional(
  Type.Array(OneOf(HAZARDS, 'hazard'), {
    description: 'what it is issued against: several are one combined response 防汛防风; without it the hazard alone',
  }),
);
const level = (description: string) => OneOf(LEVELS, description);
const areas = Type.Optional(
  Type.Array(
    Shape({
      area: Name('county (GB/T 2260), or reach:<gauge>: its stretch of river'),
      name: Text('its name'),
      level: level('level of it'),
    }),
    { description: 'which level each part is under' },
  ),
);
const plan = Name('version of the plan (content hash)');
const counties = Type.Array(Division('county'), { description: 'counties covered' });
const proposalId = Name('authority, hazard, year and number: 441800-flood-2020-P01');
const episodeId = OrNull(Name('the response from its start to its end: 441800-flood-2020-E01; null while none is on'));

/** Key: authority and hazard, for every event of this file. */
export const ResponseProposedV1 = defineEvent(
  'response-proposed.v1',
  'The plan calls for another level; a named person must decide by the deadline.',
  Shape({
    proposalId,
    authority,
    hazard,
    issuedAs,
    episodeId,
    from: level('level in force'),
    to: level('level proposed'),
    counties,
    areas,
    dueAt: Instant('decide by'),
    reason: Text('which conditions of the plan hold, and by what'),
    conditions: Type.Optional(Type.Array(Name('condition of the plan'), { description: 'those that hold' })),
    red: Type.Optional(Type.Boolean({ description: 'a red warning is among what calls for it' })),
    plan,
  }),
);
export type ResponseProposedV1 = Static<typeof ResponseProposedV1>;

export const ResponseProposalRevisedV1 = defineEvent(
  'response-proposal-revised.v1',
  'What calls for an open proposal has changed: its grounds are gone 依据已消失, fewer, or back. It stays open.',
  Shape({
    proposalId,
    authority,
    hazard,
    issuedAs,
    to: level('level proposed'),
    calledFor: level('level that is called for now; the level in force where nothing calls for more'),
    groundsGone: Type.Boolean({ description: 'nothing calls for more than is in force' }),
    reason: Text('what has changed'),
    plan,
  }),
);
export type ResponseProposalRevisedV1 = Static<typeof ResponseProposalRevisedV1>;

export const ResponseProposalOverdueV1 = defineEvent(
  'response-proposal-overdue.v1',
  'Nobody decided by the deadline; the duty chain is climbed.',
  Shape({
    proposalId,
    authority,
    hazard,
    issuedAs,
    from: Type.Optional(level('level in force')),
    to: level('level proposed'),
    dueAt: Instant('deadline that passed'),
    reminder: Count('1 for the first'),
    reason: Text('what is undecided'),
    plan,
  }),
);
export type ResponseProposalOverdueV1 = Static<typeof ResponseProposalOverdueV1>;

export const ResponseProposalClosedV1 = defineEvent(
  'response-proposal-closed.v1',
  'A proposal ended without a change: refused by a person, or overtaken.',
  Shape({
    proposalId,
    authority,
    hazard,
    to: level('level proposed'),
    outcome: OneOf(['refused', 'superseded'], 'how'),
    decidedBy: OrNull(Name('who')),
    reason: Text('why'),
    plan,
  }),
);
export type ResponseProposalClosedV1 = Static<typeof ResponseProposalClosedV1>;

export const ResponseChangedV1 = defineEvent(
  'response-changed.v1',
  'A person started, raised, lowered or ended the response.',
  Shape({
    authority,
    hazard,
    issuedAs,
    episodeId,
    from: level('level before'),
    to: level('level from now on'),
    counties,
    areas,
    change: OneOf(
      ['start', 'raise', 'widen', 'narrow', 'lower', 'convert', 'end'],
      '启动 提升 扩大范围 缩小范围 降低 转换 结束',
    ),
    proposalId: OrNull(Name('the proposal confirmed, if any')),
    decidedBy: Name('who ordered it'),
    notice: Type.Optional(Name('number of the notice: 清防〔2020〕1号')),
    countersignedBy: Type.Optional(Name('the second person, where it takes two')),
    reason: Text('why'),
    plan,
  }),
);
export type ResponseChangedV1 = Static<typeof ResponseChangedV1>;

const station = Name('gauge of the plan');

/** Key: the gauge, for the two events below. */
export const GaugeSilentV1 = defineEvent(
  'gauge-silent.v1',
  'A gauge has said nothing for three times as long as it should while a level is in force. Silence is no all-clear.',
  Shape({
    station,
    county: Division('county of the gauge'),
    lastAt: Instant('last reading'),
    missed: Count('times that it should have spoken since'),
    reason: Text('in words'),
    plan,
  }),
);
export type GaugeSilentV1 = Static<typeof GaugeSilentV1>;

export const GaugeHeardV1 = defineEvent(
  'gauge-heard.v1',
  'A gauge that was called for speaks again, or nothing depends on it any more.',
  Shape({ station, county: Division('county of the gauge'), plan }),
);
export type GaugeHeardV1 = Static<typeof GaugeHeardV1>;

const taskId = Name('episode and risk point');

/**
 * Key: the task, for the events below. The five questions of a transfer order: who organises, whom, when, where to,
 * return ban.
 */
export const EmergencyPeriodV1 = defineEvent(
  'emergency-period.v1',
  'The emergency flood period 紧急防汛期 was declared or lifted: what the law allows then is for the headquarters to order.',
  Shape({
    authority: Division('whose'),
    state: OneOf(['declared', 'lifted'], '宣布 解除'),
    counties: Type.Array(Division('county'), { description: 'where; empty: everywhere' }),
    decidedBy: Name('who decided'),
    reason: Text('why'),
    plan,
  }),
);
export type EmergencyPeriodV1 = Static<typeof EmergencyPeriodV1>;

/** Make ready, or leave at once. */
export const TRANSFER_PHASES = ['prepare', 'move'] as const;
export type TransferPhase = (typeof TRANSFER_PHASES)[number];

export const TransferTaskRaisedV1 = defineEvent(
  'transfer-task-raised.v1',
  'The people of a risk point must be moved to safety by the deadline 人员转移.',
  Shape({
    taskId,
    episodeId: Name('the response'),
    county: Division('county'),
    riskPoint: Name('risk point of the plan'),
    riskPointName: Name('its name'),
    organiser: Name('who organises'),
    people: Count('persons on the ledger'),
    destination: Name('shelter'),
    phase: Type.Optional(OneOf(TRANSFER_PHASES, 'make ready 准备转移, or leave at once 立即转移; without it at once')),
    returnBan: Type.Boolean({ description: 'no return before release' }),
    dueAt: Instant('moved by'),
    reason: Text('which level demands it'),
    plan,
  }),
);
export type TransferTaskRaisedV1 = Static<typeof TransferTaskRaisedV1>;

export const TransferTaskProgressedV1 = defineEvent(
  'transfer-task-progressed.v1',
  'More of the people were moved, with evidence.',
  Shape({
    taskId,
    episodeId: Name('the response'),
    county: Division('county'),
    moved: Type.Array(Name('person (pseudonym)', 60), { description: 'persons newly moved in this report' }),
    returned: Type.Optional(
      Type.Array(Name('person (pseudonym)', 60), { description: 'persons who were moved, and have come back' }),
    ),
    unreleased: Type.Optional(Count('of these, who came back before they were released 私自返回')),
    told: Type.Optional(Count('told so far, and not moved yet')),
    notFound: Type.Optional(Count('looked for, and not found')),
    movedTotal: Count('moved so far, and not back'),
    people: Count('persons on the ledger'),
    absent: Count('not there'),
    refusing: Count('still refusing'),
    evidence: OneOf(['head-count', 'photo', 'signature', 'none'], 'what proves it'),
    reportedBy: Name('who reported'),
  }),
);
export type TransferTaskProgressedV1 = Static<typeof TransferTaskProgressedV1>;

export const TransferTaskOverdueV1 = defineEvent(
  'transfer-task-overdue.v1',
  'The deadline passed with people not accounted for.',
  Shape({
    taskId,
    episodeId: Name('the response'),
    county: Division('county'),
    unaccounted: Count('neither moved nor absent'),
    dueAt: Instant('deadline'),
    reminder: Type.Optional(Count('how often it was said, from 1')),
    reason: Text('why'),
    plan,
  }),
);
export type TransferTaskOverdueV1 = Static<typeof TransferTaskOverdueV1>;

export const TransferTaskUnverifiedV1 = defineEvent(
  'transfer-task-unverified.v1',
  'The response has ended with people not accounted for: they are still looked for 待核实.',
  Shape({
    taskId,
    episodeId: Name('the response'),
    county: Division('county'),
    unaccounted: Count('neither moved nor absent'),
    confirmedBy: Name('who ended it all the same'),
    dueAt: Instant('asked again at'),
    reason: Text('why'),
    plan,
  }),
);
export type TransferTaskUnverifiedV1 = Static<typeof TransferTaskUnverifiedV1>;

export const TransferTaskClosedV1 = defineEvent(
  'transfer-task-closed.v1',
  'Everyone on the ledger is accounted for, or the response ended.',
  Shape({
    taskId,
    episodeId: Name('the response'),
    county: Division('county'),
    movedTotal: Count('moved'),
    people: Count('on the ledger'),
    outcome: OneOf(['everyone-accounted-for', 'response-ended'], 'why it closed'),
    reason: Text('in words'),
  }),
);
export type TransferTaskClosedV1 = Static<typeof TransferTaskClosedV1>;
