import type { EventOf, ObservedEvent, OrderV1 } from '@fengsui/contracts';

/** What makes two messages the same fact. */
export type Sameness = Readonly<{
  /** Keeps its order. */
  key: string;
  /** Becomes the event's id: the same fact has the same, from whatever door and format. */
  identity: string;
  /** Follows the matter through every service. */
  correlation: string;
  /** Whether other content under the same identity is another message (a correction, a conflict), or still the same fact re-rounded. */
  contentMatters: boolean;
}>;

type Rules = { readonly [T in ObservedEvent['type']]: (data: EventOf<T>['data'], occurredAt: string) => Sameness };

/** One rule a contract. A contract without a rule does not compile. */
const RULES: Rules = {
  'weather-warning.v1': ({ sender, identifier, sentAt }) =>
    same(sender, `warning/${sender}/${identifier}/${sentAt}`, `warning/${sender}/${identifier}`),
  'reading.v1': (data, at) => {
    const window = data.quantity === 'rain' ? `-${data.windowMinutes}min` : '';
    return same(data.station, `reading/${data.station}/${data.quantity}${window}/${at}`);
  },
  'flood-forecast.v1': ({ station, issuer, validAt }, at) => same(station, `forecast/${station}/${issuer}/${at}/${validAt}`),
  // A pixel is published again with other decimals of its temperatures; position to 4 decimals is 10 m, a pixel has 375 m and more.
  'hotspot.v1': ({ cellId, satellite, latitude, longitude }, at) => ({
    ...same(cellId, `hotspot/${satellite}/${at}/${latitude.toFixed(4)}/${longitude.toFixed(4)}`),
    contentMatters: false,
  }),
  'public-report.v1': ({ reportId }) => same(reportId, `report/${reportId}`),
  'incident.v1': ({ incidentId, reportNo }) => same(incidentId, `incident/${incidentId}/${reportNo}`, `incident/${incidentId}`),
  'work-record.v1': ({ kind, recordId }) => same(recordId, `record/${kind}/${recordId}`),
  'order.v1': (data) => same(targetOf(data), `order/${data.orderId}`, targetOf(data)),
};

export const samenessOf = <T extends ObservedEvent['type']>(type: T, data: EventOf<T>['data'], occurredAt: string): Sameness =>
  (RULES[type] as (data: unknown, occurredAt: string) => Sameness)(data, occurredAt);

const same = (key: string, identity: string, correlation = identity): Sameness => ({ key, identity, correlation, contentMatters: true });

/** What an order is about: orders on one thing stay in order. */
function targetOf(data: OrderV1['data']): string {
  switch (data.kind) {
    case 'confirm':
    case 'refuse':
    case 'raise':
    case 'lower':
    case 'end':
      return `${data.authority}/${data.hazard}`;
    case 'answer':
      return data.callId;
    case 'progress':
      return data.taskId;
    case 'verdict':
      return data.fireId;
    case 'correct':
      return data.eventId;
  }
}
