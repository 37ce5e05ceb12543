import { Type, type Static } from 'typebox';
import {
  Count,
  defineEvent,
  Division,
  Instant,
  Latitude,
  Longitude,
  Name,
  OneOf,
  OrNull,
  Quantity,
  SaidStatus,
  Shape,
  Text,
} from './event.js';

export const INCIDENT_CATEGORIES = ['work-accident', 'road-accident', 'fire', 'geological', 'other'] as const;
/** Classes of the bureau's own bulletins; the finer ones of GB/T 4754 map onto them. */
export const INDUSTRIES = [
  'road-transport',
  'construction',
  'commerce-manufacturing',
  'mining',
  'chemicals',
  'agriculture-fishery',
  'other',
] as const;
/** 一般 较大 重大 特别重大 of State Council Decree 493. */
const OFFICIAL_GRADES = ['general', 'larger', 'major', 'extra-major'] as const;
const PRECISIONS = ['minute', 'hour', 'day', 'month', 'year'] as const;
export const INCIDENT_STAGES = ['first', 'follow-up', 'final', 'write-off'] as const;

/**
 * Key: the incident. Id: incident and number of the report. `occurredAt` is when the figures of this report stood;
 * `happenedAt` is when the incident itself happened. Each report states all figures anew.
 */
export const IncidentV1 = defineEvent(
  'incident.v1',
  'A report of an accident or fire: first report 初报, follow-up 续报, final 终报, or write-off 核销.',
  Shape({
    incidentId: Name('number of the incident'),
    status: SaidStatus,
    reportNo: Type.Integer({ minimum: 1, maximum: 10_000, description: '1 for the first report, then counted up' }),
    stage: OneOf(INCIDENT_STAGES, 'kind of report'),
    happenedAt: Instant('when the incident happened; where only a part of it is known, the beginning of that part'),
    happenedPrecision: Type.Optional(
      OneOf(PRECISIONS, 'how well the time is known; to the minute where nothing is said'),
    ),
    category: OneOf(INCIDENT_CATEGORIES, 'what kind'),
    productionRelated: Type.Boolean({ description: 'counts as a production-safety accident 生产安全事故' }),
    industry: OneOf(INDUSTRIES, 'industry of the accident'),
    county: OrNull(Division('where; null: outside China, or not known, and then no figure of the city counts it')),
    place: Text('place in words'),
    latitude: OrNull(Latitude),
    longitude: OrNull(Longitude),
    deaths: OrNull(Count('persons killed as known now; null: not stated')),
    missing: OrNull(Count('persons missing')),
    seriousInjuries: OrNull(Count('persons seriously injured, acute poisoning included')),
    injuries: OrNull(Count('all persons injured, the serious ones included')),
    economicLossYuan: OrNull(Quantity('direct economic loss 直接经济损失, yuan', 0, 1e13)),
    propertyLossYuan: OrNull(Quantity('direct property loss 直接财产损失 (fires), yuan', 0, 1e13)),
    officialGrade: Type.Optional(
      OneOf(OFFICIAL_GRADES, 'grade that the source itself gives; figures use the derived one'),
    ),
    text: Text('course, measures, other'),
  }),
);
export type IncidentV1 = Static<typeof IncidentV1>;
