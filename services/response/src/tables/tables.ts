import type {
  AuthorityKind,
  Colour,
  Hazard,
  LedgerHousehold,
  Level,
  ObligationKind,
  SituationGrade,
  SituationKind,
  TransferPhase,
  UtcInstant,
  FireJudgedV1,
} from '@fengsui/contracts';
import {
  DocumentColumn,
  FlagColumn,
  InstantColumn,
  InstantKey,
  Key,
  NumberColumn,
  TextColumn,
  TextsColumn,
  WholeColumn,
} from '@fengsui/database';
import type { Areas, Explanation, FloodResponse, NoticeText, PersonState } from '@fengsui/rules';
import { GivenOrder } from '@fengsui/service';
import { Check, Entity, Index } from 'typeorm';

@Entity({ schema: 'response', name: 'state', comment: 'The flood response of each authority as it stands' })
export class StateRow {
  @Key('authority, GB/T 2260') authority!: string;
  @Key('hazard') hazard!: string;
  @DocumentColumn('the aggregate that libs/rules decides on') body!: FloodResponse;
}

@Entity({ schema: 'response', name: 'level_history', comment: 'Every level that was ordered, for good' })
export class LevelHistoryRow {
  @Key('event of the change') event!: string;
  @TextColumn('authority') authority!: string;
  @TextColumn('hazard') hazard!: string;
  @InstantColumn('from when on') at!: UtcInstant;
  @TextColumn('level from then on') level!: Level;
  @TextColumn('who ordered it') decidedBy!: string;
  @TextColumn('why') reason!: string;
  @TextColumn('version of the plan') plan!: string;
  @InstantColumn('when we knew of it; null: before that was kept', { nullable: true }) recordedAt!: UtcInstant | null;
  @DocumentColumn('which level each part was under', { nullable: true }) areas!: Areas | null;
  @TextsColumn('what it was issued against; null: before that was kept', { nullable: true })
  issuedAs!: readonly Hazard[] | null;
}

@Entity({
  schema: 'response',
  name: 'emergency_period',
  comment: 'Emergency flood periods of each authority, for good',
})
export class EmergencyPeriodRow {
  @Key('authority, GB/T 2260') authority!: string;
  @InstantKey('declared at') beganAt!: UtcInstant;
  @TextsColumn('where; none: everywhere') counties!: readonly string[];
  @TextColumn('who declared it') declaredBy!: string;
  @TextColumn('why') reason!: string;
  @TextColumn('order') event!: string;
  @InstantColumn('lifted at; null: in force', { nullable: true }) endedAt!: UtcInstant | null;
  @TextColumn('who lifted it', { nullable: true }) endedBy!: string | null;
}

@Entity({
  schema: 'response',
  name: 'assessment',
  comment: 'Why the level was what it was, each time the answer changed',
})
export class AssessmentRow {
  @Key('authority, GB/T 2260') authority!: string;
  @Key('hazard') hazard!: string;
  @InstantKey('from when on') at!: UtcInstant;
  @DocumentColumn('what was called for, by what, what was weighed, what would change it') body!: Explanation;
}

@Entity({ schema: 'response', name: 'item', comment: 'What a person must look at' })
export class ItemRow {
  @Key('kind and what it is about') id!: string;
  @TextColumn('kind') kind!: string;
  @TextColumn('what it is about') about!: string;
  @TextColumn('in words') words!: string;
  @InstantColumn('since when') since!: UtcInstant;
  @InstantColumn('over since; null: open', { nullable: true }) closedAt!: UtcInstant | null;
}

@Entity({ schema: 'response', name: 'warning', comment: 'Signals of weather warnings that concern floods here' })
@Index('warning_sender_identifier_sent_at_idx', ['sender', 'identifier', 'sentAt'])
export class WarningRow {
  @Key('event') event!: string;
  @Key('which signal of the message, from 0', 'int') part!: number;
  @TextColumn('CAP sender') sender!: string;
  @TextColumn('CAP identifier') identifier!: string;
  @InstantColumn('CAP sent') sentAt!: UtcInstant;
  @TextColumn('national event code (GB/T 35561)') eventCode!: string;
  @TextColumn('colour of the signal; null: not known', { nullable: true }) colour!: Colour | null;
  @TextsColumn('counties it covers') counties!: readonly string[];
  @InstantColumn('until when it holds; null: until it is ended', { nullable: true }) expiresAt!: UtcInstant | null;
  @TextColumn('event that updated or cancelled it', { nullable: true }) endedBy!: string | null;
  @FlagColumn('history when it came in: it decides nothing', { default: false }) late!: boolean;
  @InstantColumn('until when it is weighed; then a person is asked; null: as long as it holds', { nullable: true })
  countsUntil!: UtcInstant | null;
  @TextColumn('words for where it holds that nothing here knows: all of its sender counts', { nullable: true })
  unplaced!: string | null;
  @TextColumn('order of the person who said where it holds', { nullable: true }) locatedBy!: string | null;
}

@Entity({
  schema: 'response',
  name: 'ended_warning',
  comment: 'What updates and cancels refer to, also before it has come',
})
export class EndedWarningRow {
  @Key('CAP sender') sender!: string;
  @Key('CAP identifier') identifier!: string;
  @InstantColumn('CAP sent; null: whatever was sent under the identifier', { nullable: true })
  sentAt!: UtcInstant | null;
  @TextColumn('event that ends it') byEvent!: string;
  @InstantColumn('where sent is not known: what was sent before this is ended', { nullable: true })
  before!: UtcInstant | null;
}

@Entity({ schema: 'response', name: 'stage', comment: 'The newest stage of each gauge' })
export class StageRow {
  @Key('station') station!: string;
  @InstantColumn('measured at') at!: UtcInstant;
  @NumberColumn('metres above the station’s zero') stageM!: number;
  @TextColumn('event') event!: string;
  @WholeColumn('how many thresholds of the plan it has reached') band!: number;
}

@Entity({
  schema: 'response',
  name: 'stage_slot',
  comment: 'The last reading of each half hour at each gauge, of the last hours: how fast the water rises',
})
export class StageSlotRow {
  @Key('station') station!: string;
  @InstantKey('beginning of the half hour') slot!: UtcInstant;
  @InstantColumn('measured at') at!: UtcInstant;
  @NumberColumn('metres above the station’s zero') stageM!: number;
}

@Entity({
  schema: 'response',
  name: 'doubtful_stage',
  comment: 'The newest stage of a gauge that it cannot show, or not so soon: it waits for a second that agrees',
})
export class DoubtfulStageRow {
  @Key('station') station!: string;
  @InstantColumn('measured at') at!: UtcInstant;
  @NumberColumn('metres above the station’s zero') stageM!: number;
  @TextColumn('event') event!: string;
}

@Entity({ schema: 'response', name: 'rain', comment: 'Rain of the last 24 hours at each gauge, by window' })
export class RainRow {
  @Key('station') station!: string;
  @Key('length of the window, minutes', 'int') minutes!: number;
  @InstantKey('end of the window') at!: UtcInstant;
  @NumberColumn('millimetres') mm!: number;
  @TextColumn('event') event!: string;
}

@Entity({
  schema: 'response',
  name: 'rain_band',
  comment: 'How many thresholds of the plan the rain at a gauge has reached',
})
export class RainBandRow {
  @Key('station') station!: string;
  @WholeColumn('thresholds reached') band!: number;
  @InstantColumn('as of') at!: UtcInstant;
}

@Entity({
  schema: 'response',
  name: 'forecast',
  comment: 'The newest forecast of each issuer for each station and moment',
})
export class ForecastRow {
  @Key('station') station!: string;
  @Key('issuer') issuer!: string;
  @InstantColumn('issued at') issuedAt!: UtcInstant;
  @InstantKey('moment that is forecast') validAt!: UtcInstant;
  @NumberColumn('stage, metres', { nullable: true }) stageM!: number | null;
  @NumberColumn('discharge, cubic metres a second', { nullable: true }) flowM3s!: number | null;
  @NumberColumn('return period, years', { nullable: true }) returnPeriodYears!: number | null;
  @TextColumn('event') event!: string;
}

@Entity({
  schema: 'response',
  name: 'declared_level',
  comment: 'The levels that other authorities have declared, the last of each',
})
export class DeclaredLevelRow {
  @Key('GB/T 2260 code, or the name of a department') authority!: string;
  @Key('one of those that its response is against') hazard!: Hazard;
  @TextsColumn('all of them') hazards!: readonly Hazard[];
  @TextColumn('its name') name!: string;
  @TextColumn('what authority it is') kind!: AuthorityKind;
  @TextColumn('level; none: it has ended') level!: Level;
  @TextsColumn('counties that it covers; none: all') counties!: readonly string[];
  @InstantColumn('from when on') at!: UtcInstant;
  @TextColumn('event') event!: string;
}

@Entity({ schema: 'response', name: 'measured', comment: 'The newest discharge or reservoir level at each gauge' })
export class MeasuredRow {
  @Key('station') station!: string;
  @Key('flow or reservoir-level') quantity!: 'flow' | 'reservoir-level';
  @InstantColumn('measured at') at!: UtcInstant;
  @NumberColumn('cubic metres a second, or metres') value!: number;
  @TextColumn('event') event!: string;
}

@Entity({
  schema: 'response',
  name: 'situation',
  comment: 'What is reported of dikes, dams and water, the last of each',
})
export class SituationRow {
  @Key('number of the report') reportId!: string;
  @TextColumn('dike, dam, waterlogging, landslide, numbered-flood, discharge, rain-forecast or consultation')
  kind!: SituationKind;
  @TextColumn('how grave') grade!: SituationGrade;
  @TextsColumn('where') counties!: readonly string[];
  @TextColumn('river, reservoir or place', { nullable: true }) river!: string | null;
  @FlagColumn('it is over') over!: boolean;
  @InstantColumn('until when it holds; null: until it is over', { nullable: true }) untilAt!: UtcInstant | null;
  @TextColumn('who says so') reportedBy!: string;
  @InstantColumn('stood so at') at!: UtcInstant;
  @TextColumn('event') event!: string;
}

@Entity({ schema: 'response', name: 'storm', comment: 'Where storms are, and are forecast to be' })
export class StormRow {
  @Key('number of the storm') stormId!: string;
  @Key('issuer') issuer!: string;
  @Key('analysis or forecast') kind!: 'analysis' | 'forecast';
  @InstantKey('moment of the position') at!: UtcInstant;
  @InstantColumn('issued at') issuedAt!: UtcInstant;
  @TextColumn('name', { nullable: true }) name!: string | null;
  @TextColumn('grade') grade!: string;
  @NumberColumn('kilometres from the nearest county') km!: number;
  @TextColumn('event') event!: string;
}

@Entity({ schema: 'response', name: 'task', comment: 'Transfer tasks: one risk point in one response' })
@Index('task_episode_idx', ['episode'])
@Check('task_state_check', `state in ('raised', 'moving', 'overdue', 'unverified', 'closed')`)
export class TaskRow {
  @Key('episode/risk point') id!: string;
  @TextColumn('the response from its start to its end') episode!: string;
  @TextColumn('county') county!: string;
  @TextColumn('risk point of the plan') riskPoint!: string;
  @TextColumn('its name') name!: string;
  @WholeColumn('persons on the ledger') people!: number;
  @TextColumn('who organises') organiser!: string;
  @TextColumn('where to') destination!: string;
  @TextColumn('level that demands it') level!: string;
  @InstantColumn('raised at') raisedAt!: UtcInstant;
  @InstantColumn('moved by') dueAt!: UtcInstant;
  @WholeColumn('not there', { default: 0 }) absent!: number;
  @WholeColumn('still refusing', { default: 0 }) refusing!: number;
  @WholeColumn('moved, with evidence', { default: 0 }) moved!: number;
  @WholeColumn('told by name, and not moved yet', { default: 0 }) told!: number;
  @WholeColumn('of those not there, by name', { default: 0 }) elsewhere!: number;
  @WholeColumn('of those refusing, by name', { default: 0 }) refused!: number;
  @WholeColumn('looked for and not found, by name', { default: 0 }) notFound!: number;
  @TextColumn('prepare or move', { default: 'move' }) phase!: TransferPhase;
  @WholeColumn('how often it was called overdue', { default: 0 }) reminders!: number;
  @InstantColumn('who was moved may go home since; null: not yet', { nullable: true }) releasedAt!: UtcInstant | null;
  @TextColumn('raised, moving, overdue, unverified or closed', { default: 'raised' }) state!: TaskState;
  @TextColumn('which level demands it, in words') reason!: string;
  @TextsColumn('what was said of it') events!: readonly string[];
}

/** `unverified` 待核实: the response has ended, and people are still looked for. */
export type TaskState = 'raised' | 'moving' | 'overdue' | 'unverified' | 'closed';

@Entity({ schema: 'response', name: 'task_person', comment: 'What is known of each person in which task' })
@Check('task_person_state_check', `state in ('told', 'moved', 'checked-in', 'elsewhere', 'refused', 'not-found')`)
export class TaskPersonRow {
  @Key('task') task!: string;
  @Key('person of the ledger, by pseudonym') person!: string;
  @TextColumn('told, moved, checked-in, elsewhere, refused or not-found', { default: 'moved' }) state!: PersonState;
  @InstantColumn('since when; null: before that was kept', { nullable: true }) at!: UtcInstant | null;
  @TextColumn('shelter to which they came', { nullable: true }) shelter!: string | null;
  @TextColumn('order that reported it; null: before that was kept', { nullable: true }) event!: string | null;
}

@Entity({
  schema: 'response',
  name: 'ledger',
  comment: 'Who lives at each risk point, by pseudonym: the newest ledger',
})
export class LedgerRow {
  @Key('risk point of the plan') riskPoint!: string;
  @InstantColumn('drawn up on') at!: UtcInstant;
  @InstantColumn('came in at') recordedAt!: UtcInstant;
  @TextColumn('event') event!: string;
  @WholeColumn('persons') people!: number;
  @DocumentColumn('households with their persons, contact, time, manner, route and shelter')
  households!: readonly LedgerHousehold[];
}

@Entity({
  schema: 'response',
  name: 'notice',
  comment: 'Notices 应急响应通知 of what was ordered, numbered by authority and year without gaps',
})
export class NoticeRow {
  @Key('authority, GB/T 2260') authority!: string;
  @Key('year in Beijing', 'int') year!: number;
  @Key('number in the year', 'int') number!: number;
  @TextColumn('event of the change') event!: string;
  @InstantColumn('from when on the change holds') at!: UtcInstant;
  @TextColumn('who ordered it') decidedBy!: string;
  @DocumentColumn('its parts as they stand on paper') body!: NoticeText;
}

@Entity({ schema: 'response', name: 'reported_incident', comment: 'Accidents by their number, and whose number it is' })
export class ReportedIncidentRow {
  @Key('number; of another county with the same one, with @ and its code') number!: string;
  @TextColumn('county that reported it first') county!: string;
}

@Entity({
  schema: 'response',
  name: 'burning_fire',
  comment: 'Forest fires as they were judged: which of them are reported up, and for how long they have burned',
})
export class BurningFireRow {
  @Key('fire') fire!: string;
  @TextColumn('county') county!: string;
  @InstantColumn('first sign') since!: UtcInstant;
  @InstantColumn('judged at') judgedAt!: UtcInstant;
  @DocumentColumn('the verdict') facts!: FireJudgedV1['data'];
  @FlagColumn('its open flame is out, or it is no fire of its own') isOver!: boolean;
}

@Entity({
  schema: 'response',
  name: 'obligation',
  comment: 'What somebody owes by a time, until it is done or needed no more',
})
@Index('obligation_about_idx', ['about'])
@Check('obligation_state_check', `state in ('open', 'met', 'dropped')`)
export class ObligationRow {
  @Key('what it belongs to: several owe it together') matter!: string;
  @Key('who owes it') owner!: string;
  @TextColumn('name of who owes it') ownerName!: string;
  @TextColumn(
    'receipt, situation-report, step, incident-by-word, incident-in-writing, incident-follow-up or fire-report',
  )
  kind!: ObligationKind;
  @TextColumn('to whom') authority!: string;
  @TextColumn('response or incident') about!: string;
  @TextColumn('what, in words') words!: string;
  @InstantColumn('by when; null: by no time', { nullable: true }) dueAt!: UtcInstant | null;
  @TextColumn('open, met or dropped', { default: 'open' }) state!: 'open' | 'met' | 'dropped';
  @InstantColumn('done or dropped at', { nullable: true }) doneAt!: UtcInstant | null;
  @TextColumn('who said so', { nullable: true }) doneBy!: string | null;
  @WholeColumn('how often it was called overdue', { default: 0 }) reminders!: number;
}

@Entity({ schema: 'response', name: 'countersignature', comment: 'The second person to an order that takes two' })
export class CountersignatureRow {
  @Key('event of the order') order!: string;
  @TextColumn('who') person!: string;
  @InstantColumn('when') at!: UtcInstant;
}

@Entity({ schema: 'response', name: 'given_order', comment: 'What became of each order about levels and transfers' })
@Index('given_order_target_idx', ['target'])
export class ResponseOrder extends GivenOrder {}
