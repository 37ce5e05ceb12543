import type { ObservedEvent } from '@fengsui/contracts';
import type { Counties } from '@fengsui/regions';
import type { SourceRules } from '../readers/index.js';
import type { Stations } from './stations.js';

/** Where names are from. */
export type Names = Readonly<{
  rules: Pick<SourceRules, 'divisions'>;
  stations: Stations;
  /** Finds the county of a position. */ counties?: Pick<Counties, 'at'>;
}>;

/** Where an event is, by name, as far as the plan has names. */
export function areaOf(event: ObservedEvent, { rules, counties, stations }: Names): string {
  const named = (code: string): string =>
    rules.divisions.find((one) => one.code === code.slice(0, 6) || one.code.padEnd(6, '0') === code.slice(0, 6))
      ?.name ?? code;
  const at = (latitude: number | null, longitude: number | null): string => {
    if (latitude === null || longitude === null) return '';
    const county = counties?.at(latitude, longitude) ?? null;
    return county === null ? `${latitude},${longitude}（市外）` : named(county);
  };
  switch (event.type) {
    case 'weather-warning.v1': {
      const { signals, infos } = event.data;
      const codes = [...new Set(signals.flatMap(({ divisions }) => divisions))];
      const words = infos.flatMap(({ areas }) => areas.map(({ areaDesc }) => areaDesc));
      return (codes.length > 0 ? codes.map(named) : words).slice(0, 20).join('、');
    }
    case 'reading.v1':
    case 'wind.v1':
    case 'flood-forecast.v1':
      return stations.nameOf(event.data.station) ?? event.data.station;
    case 'hotspot.v1':
      return at(event.data.latitude, event.data.longitude);
    case 'public-report.v1':
    case 'incident.v1':
      return event.data.county === null
        ? at(event.data.latitude, event.data.longitude) || event.data.place
        : named(event.data.county);
    case 'work-record.v1':
      return event.data.county === null ? '' : named(event.data.county);
    default:
      return ''; // a storm is at sea, an order about something that has a name of its own
  }
}
