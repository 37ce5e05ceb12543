import { utc, type HotspotV1, type IncidentV1, type ReadingV1, type WeatherWarningV1 } from '@fengsui/contracts';

/** Events as intake writes them; `n` makes each its own. */
/** Gauges of plans/qingyuan: each of their readings is weighed. */
const GAUGES = [
  'yingde',
  'feilaixia',
  'qingyuan',
  'shijiao',
  'jiangkouxu',
  'changpu',
  'yuantan',
  'longli',
  'dawan',
  'fogang',
  'yangshan',
];
const START = Date.parse('2020-06-01T00:00:00Z');
const header = (n: number) => ({
  occurredAt: utc(START + n * 1_000),
  recordedAt: utc(START + n * 1_000 + 500),
  causes: [],
});

export function reading(n: number): ReadingV1 {
  const own = header(n);
  const station = GAUGES[n % GAUGES.length] as string;
  return {
    ...own,
    id: `reading/${station}/stage/${own.occurredAt}/${n}`,
    type: 'reading.v1',
    key: station,
    correlationId: `reading/${station}`,
    data: { station, quantity: 'stage', stageM: 3 + (n % 900) / 100 },
  };
}

/** A pixel somewhere in South China; few lie in the city. */
export function hotspot(n: number): HotspotV1 {
  const own = header(n);
  const [latitude, longitude] = [20 + (n % 7_919) / 1_000, 108 + ((n * 31) % 9_973) / 1_000];
  const id = `hotspot/NOAA-20/${own.occurredAt}/${latitude}/${longitude}`;
  return {
    ...own,
    id,
    type: 'hotspot.v1',
    key: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
    correlationId: id,
    data: {
      cellId: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
      latitude,
      longitude,
      satellite: 'NOAA-20',
      instrument: 'VIIRS',
      confidence: 'nominal',
      confidencePercent: null,
      frpMw: 1 + (n % 50),
      brightnessK: 320,
      backgroundK: 290,
      scanKm: 0.4,
      trackKm: 0.4,
      dayNight: 'N',
      pixelType: null,
      version: '2.0NRT',
    },
  };
}

export function incident(n: number): IncidentV1 {
  const own = header(n);
  const incidentId = `I${Math.floor(n / 3)}`;
  return {
    ...own,
    id: `incident/${incidentId}/${1 + (n % 3)}`,
    type: 'incident.v1',
    key: incidentId,
    correlationId: `incident/${incidentId}`,
    data: {
      incidentId,
      reportNo: 1 + (n % 3),
      stage: n % 3 === 0 ? 'first' : 'follow-up',
      happenedAt: own.occurredAt,
      happenedPrecision: 'minute',
      category: 'work-accident',
      productionRelated: true,
      industry: 'other',
      county: '441881',
      place: '英德市某镇',
      latitude: null,
      longitude: null,
      deaths: n % 3 === 2 ? 1 : 0,
      missing: 0,
      seriousInjuries: 0,
      injuries: 1,
      economicLossYuan: null,
      propertyLossYuan: null,
      text: '作业时发生事故，现场已处置。'.repeat(4),
    },
  };
}

export function warning(n: number): WeatherWarningV1 {
  const own = header(n);
  const identifier = `44188141600000_${n}`;
  return {
    ...own,
    id: `warning/44188141600000/${identifier}`,
    type: 'weather-warning.v1',
    key: `441881${n % 50}`,
    correlationId: identifier,
    data: {
      identifier,
      sender: `441881${n % 50}`,
      sentAt: own.occurredAt,
      status: 'Actual',
      msgType: 'Alert',
      source: null,
      scope: 'Public',
      restriction: null,
      addresses: null,
      codes: [],
      note: null,
      references: [],
      incidents: [],
      eventCode: '11B03',
      colour: 'blue',
      signals: [
        {
          event: '暴雨',
          eventCode: '11B03',
          colour: 'blue',
          divisions: ['441881'],
          placedBy: 'code',
          infos: [0],
          onsetAt: null,
          expiresAt: utc(START + n * 1_000 + 3_600_000),
        },
      ],
      infos: [
        {
          language: 'zh-CN',
          categories: ['Met'],
          event: '暴雨',
          responseTypes: ['Prepare'],
          urgency: 'Expected',
          severity: 'Moderate',
          certainty: 'Likely',
          audience: null,
          eventCodes: [],
          effectiveAt: own.occurredAt,
          onsetAt: null,
          expiresAt: utc(START + n * 1_000 + 3_600_000),
          senderName: '英德市气象台',
          headline: '英德市气象台发布暴雨蓝色预警信号',
          description: '预计未来三小时强降水持续，请注意防御。'.repeat(8),
          instruction: '停止户外作业。',
          web: null,
          contact: null,
          parameters: [],
          resources: [],
          areas: [
            {
              areaDesc: '英德市',
              polygons: [],
              circles: [],
              geocodes: [{ valueName: 'GB/T 2260', value: '441881' }],
              altitudeFt: null,
              ceilingFt: null,
            },
          ],
        },
      ],
    },
  };
}
