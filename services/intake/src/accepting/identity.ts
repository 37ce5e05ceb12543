import type { EventOf, ObservedEvent, OrderV1 } from '@fengsui/contracts';

/** What makes two messages the same fact. */
export type Sameness = Readonly<{
  /** Keeps its order. */
  key: string;
  /** Becomes the event's id: the same fact has the same, from whatever door and format. */
  identity: string;
  /** Follows the matter through every service. */
  correlation: string;
  /**
   * Whether other content under the same identity is another message (a correction, a conflict), or still the same
   * fact re-rounded.
   */
  contentMatters: boolean;
  /**
   * What the source finds out about the same fact later, as a word: it updates the fact and conflicts with nothing.
   * Null: nothing yet, so that it says no more than what is here already.
   */
  later: string | null;
  /**
   * What the identity would be if the same fact were published with fewer decimals; more than one on the edge between
   * two.
   */
  coarse: readonly string[];
  /** Published with so few decimals that it may be the rounding of a finer one. */
  mayBeCoarse: boolean;
}>;

type Rules = { readonly [T in ObservedEvent['type']]: (data: EventOf<T>['data'], occurredAt: string) => Sameness };

/** One rule a contract. A contract without a rule does not compile. */
const RULES: Rules = {
  'weather-warning.v1': ({ sender, identifier, sentAt }) =>
    same(sender, `warning/${sender}/${identifier}/${sentAt}`, `warning/${sender}/${identifier}`),
  'reading.v1': (data, at) => {
    const window = data.quantity === 'rain' ? `-${data.windowMinutes ?? '?'}min` : '';
    return same(data.station, `reading/${data.station}/${data.quantity}${window}/${at}`);
  },
  'wind.v1': ({ station }, at) => same(station, `wind/${station}/${at}`),
  'flood-forecast.v1': ({ station, issuer, validAt }, at) =>
    same(station, `forecast/${station}/${issuer}/${at}/${validAt}`),
  'storm-position.v1': ({ issuer, stormId, kind, issuedAt }, at) =>
    same(
      stormId,
      `storm/${issuer}/${stormId}/${kind}${issuedAt === null ? '' : `-${issuedAt}`}/${at}`,
      `storm/${stormId}`,
    ),
  'hotspot.v1': ({ cellId, satellite, latitude, longitude, pixelType, version }, at) => {
    const identity = (north: string, east: string): string => `hotspot/${satellite}/${at}/${north}/${east}`;
    const [north, east] = [fine(latitude), fine(longitude)];
    const coarse =
      isFine(north) || isFine(east) ? roundings(north).flatMap((n) => roundings(east).map((e) => identity(n, e))) : [];
    return {
      ...same(cellId, identity(north, east)),
      contentMatters: false,
      later: foundOutOf(pixelType, version),
      coarse,
      mayBeCoarse: coarse.length === 0,
    };
  },
  'public-report.v1': ({ reportId }) => same(reportId, `report/${reportId}`),
  // Each county numbers its own: one number in two of them is two accidents.
  'incident.v1': ({ incidentId, reportNo, county }) => {
    const number = county === null ? incidentId : `${county.slice(0, 6)}/${incidentId}`;
    return same(incidentId, `incident/${number}/${reportNo}`, `incident/${incidentId}`);
  },
  'authority-level.v1': ({ authority, hazards }, at) =>
    same(
      authority,
      `authority-level/${authority}/${[...hazards].sort().join('+')}/${at}`,
      `authority-level/${authority}`,
    ),
  'situation.v1': ({ reportId }, at) => same(reportId, `situation/${reportId}/${at}`, `situation/${reportId}`),
  // What is stated anew later is no conflict: a task that is done now, a disaster that cost more.
  'work-record.v1': ({ kind, recordId }, at) => ({
    ...same(recordId, `record/${kind}/${recordId}`),
    later: RESTATED.has(kind) ? at : null,
  }),
  'transfer-ledger.v1': ({ riskPoint }, at) =>
    same(riskPoint, `transfer-ledger/${riskPoint}/${at}`, `transfer-ledger/${riskPoint}`),
  'delivery-report.v1': ({ channel, message, outcome }) =>
    same(message, `delivery-report/${channel}/${message}/${outcome}`, `delivery-report/${channel}/${message}`),
  'order.v1': (data) => same(targetOf(data), `order/${data.orderId}`, targetOf(data)),
};

export const samenessOf = <T extends ObservedEvent['type']>(
  type: T,
  data: EventOf<T>['data'],
  occurredAt: string,
): Sameness => (RULES[type] as (data: unknown, occurredAt: string) => Sameness)(data, occurredAt);

const RESTATED: ReadonlySet<string> = new Set(['plan-task', 'disaster', 'rescue-team', 'expert']);

const same = (key: string, identity: string, correlation = identity): Sameness => ({
  key,
  identity,
  correlation,
  contentMatters: true,
  later: null,
  coarse: [],
  mayBeCoarse: false,
});

/** FIRMS says some months later what kind of heat a pixel was, and gives it the version of its final processing. */
const foundOutOf = (pixelType: number | null, version: string | null): string | null => {
  const final = version !== null && !/(URT|NRT|RT)$/i.test(version);
  return pixelType === null && !final ? null : `${pixelType ?? '-'},${version ?? '-'}`;
};

/*
 * A pixel is published with 5 decimals, and again with 4 and with other temperatures. Two positions of one pass are
 * one pixel when they are the same to the coarser of their decimals: two that have 5 decimals each and differ are two
 * pixels, which at the edge of a VIIRS scan lie as little as 7 m apart.
 */
const fine = (degrees: number): string => String(Number(degrees.toFixed(5)) || 0);
const isFine = (written: string): boolean => (written.split('.')[1] ?? '').length === 5;

/** To 4 decimals. What ends in a 5 may have been rounded to either neighbour. */
function roundings(written: string): string[] {
  const degrees = Number(written);
  if (!isFine(written)) return [written];
  if (!written.endsWith('5')) return [fine(Number(degrees.toFixed(4)))];
  const toZero = Number(written.slice(0, -1));
  return [toZero, toZero + Math.sign(degrees) * 1e-4].map((one) => fine(Number(one.toFixed(4))));
}

/** What an order is about: orders on one thing stay in order. */
function targetOf(data: OrderV1['data']): string {
  switch (data.kind) {
    case 'confirm':
    case 'refuse':
    case 'raise':
    case 'lower':
    case 'end':
    case 'convert':
    case 'countersign':
    case 'emergency':
      return `${data.authority}/${data.hazard}`;
    case 'answer':
      return data.callId;
    case 'progress':
    case 'release':
      return data.taskId;
    case 'verdict':
    case 'extinguish':
    case 'join-fires':
    case 'part-fire':
      return data.fireId;
    case 'permit-burn':
      return data.permit;
    case 'join-incidents':
    case 'part-incidents':
      return data.incidentId;
    case 'draft-report':
      return `${data.period}/${data.template}`;
    case 'close-period':
      return `${data.period}/${data.authority}`;
    case 'check-report':
    case 'sign-report':
    case 'drop-report':
      return data.report.replace(/\/\d+$/, '');
    case 'learn-heat-mask':
    case 'apply-heat-mask':
      return 'heat-mask';
    case 'fulfil':
      return data.matter;
    case 'correct':
    case 'locate':
      return data.eventId;
    case 'hand-over':
    case 'take-over':
      return data.handover;
    case 'contact-test':
      return `contact/${data.person}`;
    case 'stand-in':
    case 'leave':
    case 'withdraw-roster':
    case 'exercise':
      return 'roster';
  }
}
