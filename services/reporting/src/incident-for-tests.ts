import { utc, type IncidentV1 } from '@fengsui/contracts';

type Data = IncidentV1['data'];

/** Ten in the morning in Beijing. */
export const HAPPENED = utc('2020-03-01T02:00:00Z');

/** What a report of an accident says; what is not given it does not state. */
export const reportOf = ({ reportNo = 1, ...stated }: Partial<Data>): Data => ({
  incidentId: 'A',
  reportNo,
  stage: reportNo === 1 ? 'first' : 'follow-up',
  happenedAt: HAPPENED,
  category: 'work-accident',
  productionRelated: true,
  industry: 'construction',
  county: '441881',
  place: '',
  latitude: null,
  longitude: null,
  deaths: null,
  missing: null,
  seriousInjuries: null,
  injuries: null,
  economicLossYuan: null,
  propertyLossYuan: null,
  text: '',
  ...stated,
});
