import type { EventType } from '@fengsui/contracts';

/** One event as it is fed, with the identity it must get. */
export type FedEvent = Readonly<{ id: string; type: EventType; key: string; line: string }>;
/** Events to feed, and what must come of them, computed from the input alone. */
export type OracleInput = Readonly<{
  events: readonly FedEvent[];
  ids: ReadonlySet<string>;
  figures: Readonly<Record<string, number>>;
  /** Newest reading of each station, by its time. */ stages: ReadonlyMap<string, string>;
}>;

const AT = '2020-06-07T00:00:00.000Z';

/** A small generator of numbers: the same seed, the same input. */
const numbers = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
};

export function oracleInput(events: number, seed: number): OracleInput {
  const pick = numbers(seed);
  const fed: FedEvent[] = [];
  const stages = new Map<string, string>();
  const ids = new Set<string>();
  const deaths = new Map<string, number>();
  const enterprises = new Set<string>();
  let visits = 0;
  const add = (id: string, key: string, line: { type: EventType; occurredAt: string; data: object }): void => {
    ids.add(id);
    fed.push({ id, type: line.type, key, line: JSON.stringify(line) });
  };
  for (let n = 0; ids.size < events; n += 1) {
    const at = new Date(Date.parse(AT) - (n % 100_000) * 1_000).toISOString();
    switch (pick(10)) {
      case 0:
      case 1:
      case 2: {
        const incidentId = `I${pick(events)}`;
        const reportNo = 1 + pick(3);
        const id = `incident/441881/${incidentId}/${reportNo}`;
        if (ids.has(id)) break;
        const killed = reportNo - 1; // each report states all figures anew: the last one counts
        deaths.set(incidentId, Math.max(deaths.get(incidentId) ?? 0, killed));
        add(id, incidentId, {
          type: 'incident.v1',
          occurredAt: AT,
          data: {
            incidentId,
            reportNo,
            stage: reportNo === 1 ? 'first' : 'follow-up',
            happenedAt: AT,
            category: 'work-accident',
            productionRelated: true,
            industry: 'other',
            county: '441881',
            place: '',
            latitude: null,
            longitude: null,
            deaths: killed,
            missing: 0,
            seriousInjuries: 0,
            injuries: 0,
            economicLossYuan: null,
            propertyLossYuan: null,
            text: '',
          },
        });
        break;
      }
      case 3:
      case 4: {
        const enterpriseId = `E${pick(2_000)}`;
        visits += 1;
        enterprises.add(enterpriseId);
        add(`record/safety-visit/V${n}`, `V${n}`, {
          type: 'work-record.v1',
          occurredAt: AT,
          data: { recordId: `V${n}`, county: '441881', organ: 'o', text: '', kind: 'safety-visit', enterpriseId },
        });
        break;
      }
      case 5: {
        if (pick(20) > 0) break; // few: each fire of its own is a call
        const [latitude, longitude] = [23.6 + pick(150) / 100, 112.2 + pick(150) / 100];
        const id = `hotspot/S/${at}/${Number(latitude.toFixed(5))}/${Number(longitude.toFixed(5))}`;
        if (ids.has(id)) break;
        add(id, id, {
          type: 'hotspot.v1',
          occurredAt: at,
          data: {
            cellId: 'c',
            latitude,
            longitude,
            satellite: 'S',
            instrument: 'VIIRS',
            confidence: 'nominal',
            confidencePercent: null,
            frpMw: null,
            brightnessK: null,
            backgroundK: null,
            scanKm: null,
            trackKm: null,
            dayNight: null,
            pixelType: null,
            version: null,
          },
        });
        break;
      }
      default: {
        const station = ['qingyuan', 'yingde', 'shijiao', 'elsewhere'][pick(4)] as string;
        const id = `reading/${station}/stage/${at}`;
        if (ids.has(id)) break;
        if ((stages.get(station) ?? '') < at) stages.set(station, at);
        add(id, station, {
          type: 'reading.v1',
          occurredAt: at,
          data: { station, quantity: 'stage', stageM: 10 + pick(400) / 100 },
        });
      }
    }
  }
  const counted = [...deaths.values()];
  return {
    events: fed,
    ids,
    stages,
    figures: {
      'accidents.count': counted.length,
      'accidents.deaths': counted.reduce((a, b) => a + b, 0),
      'inspections.visits': visits,
      'inspections.enterprises': enterprises.size,
    },
  };
}

/** The events as files of contract JSON, a line each. */
export const filesOf = (events: readonly FedEvent[], each: number): string[] =>
  Array.from({ length: Math.ceil(events.length / each) }, (_, index) =>
    events
      .slice(index * each, (index + 1) * each)
      .map(({ line }) => `${line}\n`)
      .join(''),
  );
