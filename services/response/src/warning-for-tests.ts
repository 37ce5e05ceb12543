import type { UtcInstant } from '@fengsui/contracts';
import type { Given } from '@fengsui/service/testing';

type More = Readonly<{
  status?: string;
  msgType?: string;
  references?: readonly (readonly [string, UtcInstant])[];
  eventCode?: string;
  expiresAt?: UtcInstant;
  placedBy?: string;
}>;

/** A warning signal as intake gives it on; rain (11B03), in force until it is ended, unless `more` says otherwise. */
export function warning(
  identifier: string,
  sentAt: UtcInstant,
  colour: string,
  counties: readonly string[],
  {
    status = 'Actual',
    msgType = 'Alert',
    references = [],
    eventCode = '11B03',
    expiresAt,
    placedBy = 'code',
  }: More = {},
): Given {
  const area = { areaDesc: 'a', polygons: [], circles: [], altitudeFt: null, ceilingFt: null };
  const info = {
    language: 'zh-CN',
    categories: ['Met'],
    event: 'e',
    responseTypes: [],
    urgency: 'Expected',
    severity: 'Severe',
    certainty: 'Likely',
    audience: null,
    eventCodes: [],
    effectiveAt: null,
    onsetAt: null,
    expiresAt: expiresAt ?? null,
    senderName: null,
    headline: null,
    description: null,
    instruction: null,
    web: null,
    contact: null,
    parameters: [],
    resources: [],
    areas: [{ ...area, geocodes: counties.map((value) => ({ valueName: 'GB/T 2260', value })) }],
  };
  const nothing = { source: null, restriction: null, addresses: null, note: null, codes: [], incidents: [] };
  return {
    type: 'weather-warning.v1',
    key: 's',
    id: `weather-warning/s/${identifier}/${sentAt}`,
    occurredAt: sentAt,
    data: {
      ...nothing,
      identifier,
      sender: 's',
      sentAt,
      status,
      msgType,
      scope: 'Public',
      references: references.map(([other, at]) => ({ sender: 's', identifier: other, sentAt: at })),
      eventCode,
      colour,
      signals: [
        {
          event: 'e',
          eventCode,
          colour,
          divisions: counties,
          placedBy,
          infos: [0],
          onsetAt: null,
          expiresAt: expiresAt ?? null,
        },
      ],
      infos: [info],
    },
  };
}
