import { AuthorityLevelV1 } from './authority-level.js';
import * as call from './call.js';
import { DeliveryReportV1 } from './delivery-report.js';
import { FiguresCheckedV1, ReportWaitsV1 } from './figures.js';
import * as fires from './fires.js';
import { IncidentV1 } from './incident.js';
import * as obligation from './obligation.js';
import { OrderV1 } from './order.js';
import { FloodForecastV1, ReadingV1, StormPositionV1, WindV1 } from './readings.js';
import * as response from './response.js';
import { SituationV1 } from './situation.js';
import { SourceHeardV1, SourceSilentV1 } from './sources.js';
import { TransferLedgerV1 } from './transfer-ledger.js';
import { WeatherWarningV1 } from './weather-warning.js';
import { WorkRecordV1 } from './work-record.js';

export type SourceEvent = SourceSilentV1 | SourceHeardV1;
/** What may be fed. */
export type ObservedEvent =
  | WeatherWarningV1
  | ReadingV1
  | WindV1
  | FloodForecastV1
  | StormPositionV1
  | fires.HotspotV1
  | fires.PublicReportV1
  | IncidentV1
  | AuthorityLevelV1
  | SituationV1
  | WorkRecordV1
  | TransferLedgerV1
  | DeliveryReportV1
  | OrderV1;
export type ResponseEvent =
  | response.ResponseProposedV1
  | response.ResponseProposalRevisedV1
  | response.ResponseProposalOverdueV1
  | response.ResponseProposalClosedV1
  | response.ResponseChangedV1;
export type EmergencyEvent = response.EmergencyPeriodV1;
export type GaugeEvent = response.GaugeSilentV1 | response.GaugeHeardV1;
export type TransferEvent =
  | response.TransferTaskRaisedV1
  | response.TransferTaskProgressedV1
  | response.TransferTaskOverdueV1
  | response.TransferTaskUnverifiedV1
  | response.TransferTaskClosedV1;
export type ObligationEvent =
  obligation.ObligationMetV1 | obligation.ObligationOverdueV1 | obligation.ObligationDroppedV1;
export type FireEvent =
  | fires.FireRaisedV1
  | fires.FireMergedV1
  | fires.FirePartedV1
  | fires.FireOverdueV1
  | fires.FirePhaseV1
  | fires.FireJudgedV1;
export type CallEvent =
  | call.CallStartedV1
  | call.CallStepV1
  | call.CallReopenedV1
  | call.CallAnsweredV1
  | call.CallClosedV1
  | call.CallExhaustedV1;
export type FiguresEvent = FiguresCheckedV1 | ReportWaitsV1;
/** Everything that travels. */
export type DomainEvent =
  | ObservedEvent
  | SourceEvent
  | ResponseEvent
  | EmergencyEvent
  | GaugeEvent
  | TransferEvent
  | ObligationEvent
  | FireEvent
  | CallEvent
  | FiguresEvent;
export type EventType = DomainEvent['type'];
export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

export const SERVICES = ['intake', 'response', 'wildfire', 'duty', 'reporting'] as const;
export type Service = (typeof SERVICES)[number];

export type Topic = Readonly<{
  topic: string;
  /** What the key is. Changing it, or the number of partitions, breaks order: a new topic instead. */
  keyedBy: string;
  partitions: number;
  retentionDays: number;
  /** The one service that writes it. */
  writer: Service;
}>;

const observed = (name: string, keyedBy: string, partitions = 4): Topic => ({
  topic: `observed.${name}`,
  keyedBy,
  partitions,
  retentionDays: 30,
  writer: 'intake',
});
const decided = (name: string, keyedBy: string, writer: Service): Topic => ({
  topic: `decided.${name}`,
  keyedBy,
  partitions: 2,
  retentionDays: 400,
  writer,
});

/** One row an event. An event without a row does not compile. */
export const TOPICS: Record<EventType, Topic> = {
  'weather-warning.v1': observed('warnings', 'sender'),
  'reading.v1': observed('readings', 'station'),
  'wind.v1': observed('wind', 'station', 1),
  'flood-forecast.v1': observed('forecasts', 'station'),
  'storm-position.v1': observed('storms', 'stormId', 1),
  'hotspot.v1': observed('hotspots', 'cellId'),
  'public-report.v1': observed('reports', 'reportId'),
  'incident.v1': observed('incidents', 'incidentId'),
  'authority-level.v1': observed('declared-levels', 'authority', 1),
  'situation.v1': observed('situations', 'reportId', 1),
  'work-record.v1': observed('records', 'recordId'),
  'transfer-ledger.v1': observed('ledgers', 'riskPoint', 2),
  'delivery-report.v1': observed('delivery-reports', 'message', 1),
  'order.v1': observed('orders', 'what it is about'),
  'source-silent.v1': observed('sources', 'source', 1),
  'source-heard.v1': observed('sources', 'source', 1),
  'response-proposed.v1': decided('responses', 'authority and hazard', 'response'),
  'response-proposal-revised.v1': decided('responses', 'authority and hazard', 'response'),
  'response-proposal-overdue.v1': decided('responses', 'authority and hazard', 'response'),
  'response-proposal-closed.v1': decided('responses', 'authority and hazard', 'response'),
  'response-changed.v1': decided('responses', 'authority and hazard', 'response'),
  'emergency-period.v1': decided('responses', 'authority and hazard', 'response'),
  'gauge-silent.v1': decided('gauges', 'station', 'response'),
  'gauge-heard.v1': decided('gauges', 'station', 'response'),
  'transfer-task-raised.v1': decided('transfers', 'taskId', 'response'),
  'transfer-task-progressed.v1': decided('transfers', 'taskId', 'response'),
  'transfer-task-overdue.v1': decided('transfers', 'taskId', 'response'),
  'transfer-task-unverified.v1': decided('transfers', 'taskId', 'response'),
  'transfer-task-closed.v1': decided('transfers', 'taskId', 'response'),
  'obligation-met.v1': decided('obligations', 'matter', 'response'),
  'obligation-overdue.v1': decided('obligations', 'matter', 'response'),
  'obligation-dropped.v1': decided('obligations', 'matter', 'response'),
  'fire-raised.v1': decided('fires', 'fireId', 'wildfire'),
  'fire-merged.v1': decided('fires', 'fireId', 'wildfire'),
  'fire-parted.v1': decided('fires', 'fireId', 'wildfire'),
  'fire-overdue.v1': decided('fires', 'fireId', 'wildfire'),
  'fire-phase.v1': decided('fires', 'fireId', 'wildfire'),
  'fire-judged.v1': decided('fires', 'fireId', 'wildfire'),
  'call-started.v1': decided('calls', 'callId', 'duty'),
  'call-step.v1': decided('calls', 'callId', 'duty'),
  'call-reopened.v1': decided('calls', 'callId', 'duty'),
  'call-answered.v1': decided('calls', 'callId', 'duty'),
  'call-closed.v1': decided('calls', 'callId', 'duty'),
  'call-exhausted.v1': decided('calls', 'callId', 'duty'),
  'figures-checked.v1': decided('figures', 'check', 'reporting'),
  'report-waits.v1': decided('reports-due', 'matter', 'reporting'),
};

/** The schema of every event, by its type. */
export const CONTRACTS = {
  'weather-warning.v1': WeatherWarningV1,
  'reading.v1': ReadingV1,
  'wind.v1': WindV1,
  'flood-forecast.v1': FloodForecastV1,
  'storm-position.v1': StormPositionV1,
  'hotspot.v1': fires.HotspotV1,
  'public-report.v1': fires.PublicReportV1,
  'incident.v1': IncidentV1,
  'authority-level.v1': AuthorityLevelV1,
  'situation.v1': SituationV1,
  'work-record.v1': WorkRecordV1,
  'transfer-ledger.v1': TransferLedgerV1,
  'delivery-report.v1': DeliveryReportV1,
  'order.v1': OrderV1,
  'source-silent.v1': SourceSilentV1,
  'source-heard.v1': SourceHeardV1,
  'response-proposed.v1': response.ResponseProposedV1,
  'response-proposal-revised.v1': response.ResponseProposalRevisedV1,
  'response-proposal-overdue.v1': response.ResponseProposalOverdueV1,
  'response-proposal-closed.v1': response.ResponseProposalClosedV1,
  'response-changed.v1': response.ResponseChangedV1,
  'emergency-period.v1': response.EmergencyPeriodV1,
  'gauge-silent.v1': response.GaugeSilentV1,
  'gauge-heard.v1': response.GaugeHeardV1,
  'transfer-task-raised.v1': response.TransferTaskRaisedV1,
  'transfer-task-progressed.v1': response.TransferTaskProgressedV1,
  'transfer-task-overdue.v1': response.TransferTaskOverdueV1,
  'transfer-task-unverified.v1': response.TransferTaskUnverifiedV1,
  'transfer-task-closed.v1': response.TransferTaskClosedV1,
  'obligation-met.v1': obligation.ObligationMetV1,
  'obligation-overdue.v1': obligation.ObligationOverdueV1,
  'obligation-dropped.v1': obligation.ObligationDroppedV1,
  'fire-raised.v1': fires.FireRaisedV1,
  'fire-merged.v1': fires.FireMergedV1,
  'fire-parted.v1': fires.FirePartedV1,
  'fire-overdue.v1': fires.FireOverdueV1,
  'fire-phase.v1': fires.FirePhaseV1,
  'fire-judged.v1': fires.FireJudgedV1,
  'call-started.v1': call.CallStartedV1,
  'call-step.v1': call.CallStepV1,
  'call-reopened.v1': call.CallReopenedV1,
  'call-answered.v1': call.CallAnsweredV1,
  'call-closed.v1': call.CallClosedV1,
  'call-exhausted.v1': call.CallExhaustedV1,
  'figures-checked.v1': FiguresCheckedV1,
  'report-waits.v1': ReportWaitsV1,
} as const satisfies Record<EventType, unknown>;

export const EVENT_TYPES = Object.keys(CONTRACTS) as EventType[];

/**
 * What outsiders may write with any Kafka client: raw bytes of any format of docs/formats.md, or contract JSON. Only
 * intake reads it.
 */
export const FEED_TOPICS = [
  'warnings',
  'readings',
  'forecasts',
  'storms',
  'hotspots',
  'reports',
  'incidents',
  'declared-levels',
  'situations',
  'records',
  'delivery-reports',
].map((name) => ({
  topic: `feed.${name}`,
  keyedBy: 'what must stay in order: the sender, station, cell, incident',
  partitions: 4,
  retentionDays: 30,
}));
