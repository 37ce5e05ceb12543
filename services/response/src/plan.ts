import type { Colour } from '@fengsui/contracts';
import type { Static, TObject } from 'typebox';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { AccessPlan } from '@fengsui/access';
import { Counties, neighboursOf, readGauges, type GaugeRow } from '@fengsui/regions';
import {
  faultsOf,
  kilometresBetween,
  measuresOf,
  rainThresholds,
  stageThresholds,
  type Condition,
  type CriticalRain,
  type FloodPlan,
  type GaugeBand,
  type Measure,
  type NoticeForm,
  type PlanFault,
  type RiskPoint,
  type SingleMeasure,
  type StageMark,
} from '@fengsui/rules';
import { ObligationsPlan } from './obligations/obligations-plan.js';
import { hashOf, PlanFaults, readPlanCsv, readPlanYaml, SettingsError } from '@fengsui/settings';
import {
  CriticalRainRow,
  PlanFile,
  RAIN_HOURS,
  RiskPointRow,
  ShelterRow,
  SiteRow,
  type GaugeDefaults,
  type Shelter,
  type Site,
} from './plan-file.js';

/** A gauge of the plan. Stations without a warning stage are kept for their rain or flow. */
export type Gauge = Readonly<{
  station: string;
  name: string;
  county: string;
  warningStageM: number | null;
  guaranteeStageM: number | null;
  recordStageM: number | null;
  /** Of a reservoir. */ floodLimitM: number | null;
  /** What it can show. */ band: GaugeBand;
  /** Stations up and down the same river. */ neighbours: readonly string[];
  /** Millimetres an hour that can fall at all; null: not known. */ mostRainMmPerHour: number | null;
}>;

/** Hours after which what comes in is history: it is kept, and decides nothing. */
type LateAfterHours = Readonly<{ readings: number }>;

type Rest = Readonly<{
  access: AccessPlan;
  orderWaitsMinutes: number;
  lateRecordWithinHours: number;
  lateAfterHours: LateAfterHours;
  notices: Static<typeof PlanFile>['notices'];
  shelters: readonly Shelter[];
  sites: readonly Site[];
  obligations: ObligationsPlan;
}>;

/** All that the city has laid down for floods. */
export class ResponsePlan {
  /** Who may decide what, and what takes two people. */
  readonly access: AccessPlan;
  /** Minutes that an order waits for what it answers. */
  readonly orderWaitsMinutes: number;
  /** Hours for which what was decided elsewhere may be entered afterwards 补录. */
  readonly lateRecordWithinHours: number;
  readonly lateAfterHours: LateAfterHours;
  /** What is owed by a time. */
  readonly obligations: ObligationsPlan;
  /** Where people are taken in; none: the plan does not say how many each holds. */
  readonly shelters: readonly Shelter[];
  /** Vulnerable sites that no risk point covers. */
  readonly uncoveredSites: readonly Site[];
  /** The city's. */
  readonly flood: FloodPlan;
  private readonly notices: Rest['notices'];
  /** Hours over which rain is summed, shortest first. */
  readonly rainHours: readonly number[];
  private readonly asked: ReadonlySet<string>;
  private readonly middles: readonly Readonly<{ latitude: number; longitude: number }>[];
  /** Metres above the warning stage from which on any authority's plan calls for something. */
  readonly stageThresholds: readonly number[];
  private readonly rainThresholds = new Map<string, ReturnType<typeof rainThresholds>>();

  private constructor(
    /** By authority, the city first: its own, and each county's where counties decide here. */
    readonly plans: ReadonlyMap<string, FloodPlan>,
    readonly gauges: ReadonlyMap<string, Gauge>,
    readonly riskPoints: readonly RiskPoint[],
    readonly counties: Counties,
    { access, orderWaitsMinutes, lateRecordWithinHours, lateAfterHours, notices, shelters, sites, obligations }: Rest,
  ) {
    const parts = [...plans.values()].flatMap((one) =>
      [...one.conditions, ...(one.attention ?? [])].flatMap(({ when }) => measuresOf(when)),
    );
    this.asked = new Set(parts.map(({ measure }) => measure));
    const before = parts.flatMap((part) =>
      part.measure === 'rain' || part.measure === 'areal-rain' ? [part.hours] : [],
    );
    this.rainHours = [...new Set([...RAIN_HOURS, ...before])].sort((a, b) => a - b);
    this.middles = counties.outlines.map(({ box: [west, south, east, north] }) => ({
      latitude: (south + north) / 2,
      longitude: (west + east) / 2,
    }));
    const points = new Set(riskPoints.map(({ id }) => id));
    this.obligations = obligations;
    this.shelters = shelters;
    this.uncoveredSites = sites.filter(({ risk_point: point = '' }) => !points.has(point));
    const [city] = plans.values();
    this.flood = city as FloodPlan;
    this.stageThresholds = stageThresholds([...plans.values()]);
    this.notices = notices;
    this.lateAfterHours = lateAfterHours;
    this.access = access;
    this.orderWaitsMinutes = orderWaitsMinutes;
    this.lateRecordWithinHours = lateRecordWithinHours;
  }

  /** The same plan, by which nobody owes a receipt or a report: for a season that is played once more. */
  forReplay(): ResponsePlan {
    const same = Object.create(ResponsePlan.prototype) as ResponsePlan;
    return Object.assign(same, this, { obligations: ObligationsPlan.none });
  }

  /** Whether any authority's plan has a condition, or a row of attention, of a measure. */
  asksFor(measure: SingleMeasure['measure']): boolean {
    return this.asked.has(measure);
  }

  /** Kilometres from the nearest county of the city, by the middle of its outline. */
  kmFrom(latitude: number, longitude: number): number {
    return Math.min(...this.middles.map((middle) => kilometresBetween(middle, { latitude, longitude })));
  }

  /** What an authority decides by; null: it decides nothing here. */
  planOf(authority: string): FloodPlan | null {
    return this.plans.get(authority) ?? null;
  }

  /** Rain at a gauge from which on any authority's plan calls for something. Worked out once: every reading asks. */
  rainThresholdsOf(station: string): ReturnType<typeof rainThresholds> {
    const known = this.rainThresholds.get(station) ?? rainThresholds([...this.plans.values()], station);
    this.rainThresholds.set(station, known);
    return known;
  }

  /** How an authority writes its notices; null: it writes none here. */
  noticeFormOf(authority: string): NoticeForm | null {
    const form = this.notices?.forms[authority];
    if (this.notices === undefined || form === undefined) return null;
    const { basis, reportAt } = this.notices;
    return { ...form, basis, reportAt };
  }

  /** @throws SettingsError when a file does not fit, or when the plan would decide wrongly somewhere: with the case */
  static read(folder: string): ResponsePlan {
    const plan = readPlanYaml(folder, 'flood-response.yaml', PlanFile);
    const gauges = readGauges(folder);
    const points = readPlanCsv(folder, 'risk-points.csv', RiskPointRow);
    const {
      orderWaitsMinutes,
      lateRecordWithinHours,
      gaugeDefaults,
      lateAfterHours,
      counties: ofCounties,
      notices,
      attention = [],
      ...rules
    } = plan.value;
    const warnings = rules.warnings.map((kind) => ({ ...kind, hazards: kind.hazards ?? DEFAULT_HAZARDS }));
    const critical = readCriticalRain(folder);
    const counties = Counties.ofPlan(folder);
    const riskPoints = points.value.map(({ reach = '', ...point }) => ({
      ...point,
      reach: reach === '' ? null : reach,
    }));
    refuseStrangers(folder, counties, gauges.value, riskPoints);
    const shelters = readOptional(folder, 'shelters.csv', ShelterRow);
    const sites = readOptional(folder, 'vulnerable-sites.csv', SiteRow);
    refuseOddShelters(folder, counties, shelters.value, riskPoints);
    const known = new Map(gauges.value.map((row) => [row.station, gaugeOf(row, gaugeDefaults)]));
    const flood: FloodPlan = {
      ...(rules as Pick<FloodPlan, Exclude<keyof typeof rules, 'transfersFor'>>),
      warnings,
      conditions: conditionsOf(rules.conditions, warnings),
      attention: conditionsOf(
        attention.map((row) => ({ ...row, level: 'IV' as const })),
        warnings,
      ),
      transfersFor: rules.transfersFor ?? DEFAULT_HAZARDS,
      version: hashOf(plan.version, gauges.version, points.version, critical.version, shelters.version, sites.version),
      counties: counties.all().map(({ code }) => code),
      names: Object.fromEntries([
        ...counties.all().map(({ code, name }) => [code, name]),
        ...gauges.value.map(({ station, name }) => [station, name]),
      ]),
      stations: Object.fromEntries(
        gauges.value.map(({ station, county, below = '' }) => [
          station,
          { county, below: below === '' ? null : below },
        ]),
      ),
      reaches: reachesOf(riskPoints),
      limits: limitsOf([...known.values()], gaugeDefaults),
      criticalRain: critical.table,
      marks: marksOf([...known.values()]),
      reservoirs: [...known.values()].flatMap(({ station, floodLimitM }) => (floodLimitM === null ? [] : [station])),
    };
    const plans = new Map([[flood.authority, flood]]);
    if (ofCounties !== undefined) {
      const { noResponse, ceilings } = ofCounties as Pick<FloodPlan, 'noResponse' | 'ceilings'>;
      const rows = conditionsOf(ofCounties.conditions, warnings);
      for (const county of flood.counties)
        plans.set(county, countyPlan({ ...flood, conditions: rows, noResponse, ceilings }, county));
    }
    const categories = riskPoints.map(({ category }) => category);
    const faults = distinctFaults([...plans.values()].map((one) => faultsOf(one, categories)));
    if (faults.length > 0)
      throw new PlanFaults(faults.map((fault) => ({ file: `${folder}/flood-response.yaml`, ...fault })));
    return new ResponsePlan(plans, known, riskPoints, counties, {
      access: AccessPlan.read(folder),
      orderWaitsMinutes,
      lateRecordWithinHours,
      lateAfterHours,
      notices,
      shelters: shelters.value,
      sites: sites.value,
      obligations: ObligationsPlan.read(folder, notices?.reportAt ?? null),
    });
  }
}

const DEFAULT_HAZARDS = ['flood'] as const;

const conditionsOf = (
  rows: Static<typeof PlanFile>['conditions'],
  kinds: FloodPlan['warnings'],
): readonly Condition[] =>
  rows.map((row) => {
    const concerned = measuresOf(row.when as Measure).flatMap((part) =>
      part.measure === 'warning' ? (kinds.find(({ eventCode }) => eventCode === part.eventCode)?.hazards ?? []) : [],
    );
    const hazards = row.hazards ?? (concerned.length > 0 ? [...new Set(concerned)] : DEFAULT_HAZARDS);
    return { ...(row as Condition), hazards };
  });

/** What a county decides by, for what lies in it. What asks for more gauges than it has of its own is left out. */
function countyPlan(rows: FloodPlan, county: string): FloodPlan {
  const own = (station: string): boolean =>
    rows.stations[station]?.county === county || rows.reaches[station]?.includes(county) === true;
  const stages = Object.fromEntries(Object.entries(rows.limits.stages).filter(([station]) => own(station)));
  const gauges = Object.keys(stages).length;
  return {
    ...rows,
    authority: county,
    counties: [county],
    limits: { ...rows.limits, stages },
    conditions: rows.conditions.filter(({ when }) =>
      measuresOf(when).every(
        (part) => (part.measure !== 'stage' && part.measure !== 'forecast-stage') || part.stations <= gauges,
      ),
    ),
  };
}

/** What is wrong with the plan of every county is told once, under `counties`. */
function distinctFaults([city = [], ...counties]: readonly (readonly PlanFault[])[]): readonly PlanFault[] {
  const same = (a: PlanFault, b: PlanFault): boolean => a.place === b.place && a.fault === b.fault;
  const others = counties
    .flat()
    .filter((one) => !city.some((own) => same(own, one)))
    .map((one) => ({ ...one, place: `counties/${one.place}` }));
  return [...city, ...others.filter((one, at) => others.findIndex((other) => same(one, other)) === at)];
}

/** Nothing, where the city has laid none down. */
function readCriticalRain(folder: string): Readonly<{ table: CriticalRain; version: string }> {
  if (!existsSync(path.join(folder, CRITICAL_RAIN))) return { table: {}, version: '' };
  const { value, version } = readPlanCsv(folder, CRITICAL_RAIN, CriticalRainRow);
  const table: Record<string, Partial<Record<Colour, Record<number, number>>>> = {};
  for (const row of value) {
    const cells: Readonly<Record<string, unknown>> = row;
    const hours = RAIN_HOURS.flatMap((one) => {
      const written = String(cells[`mm_${one}h`] ?? '');
      return written === '' ? [] : [[one, Number(written)] as const];
    });
    table[row.station] = { ...table[row.station], [row.grade]: Object.fromEntries(hours) };
  }
  return { table, version };
}

const CRITICAL_RAIN = 'critical-rain.csv';

/** A table that a city need not have. */
const readOptional = <T extends TObject>(
  folder: string,
  file: string,
  row: T,
): Readonly<{ value: readonly Static<T>[]; version: string }> =>
  existsSync(path.join(folder, file)) ? readPlanCsv(folder, file, row) : { value: [], version: '' };

/** @throws SettingsError that names every shelter twice there, elsewhere, or missing where people are sent to it */
function refuseOddShelters(
  folder: string,
  counties: Counties,
  shelters: readonly Shelter[],
  points: readonly RiskPoint[],
): void {
  if (shelters.length === 0) return;
  const known = new Set(counties.all().map(({ code }) => code));
  const names = shelters.flatMap(({ id, name }) => (id === name ? [id] : [id, name]));
  const faults = [
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name}: 重复 / stands twice`),
    ...shelters
      .filter(({ county }) => !known.has(county))
      .map(({ id, county }) => `${id}: ${county} 不是本市的县（市、区） / is no county of the city`),
    ...points
      .filter(({ destination }) => !names.includes(destination))
      .map(({ id, destination }) => `${id}: 避护场所“${destination}”不在 shelters.csv / is in no row of it`),
  ];
  if (faults.length > 0) throw new SettingsError(`${path.join(folder, 'shelters.csv')} does not fit`, faults);
}

/** What the gauges of the city can show at all. */
function limitsOf(
  gauges: readonly Gauge[],
  { mostRainMmPerHour, mostFlowM3s, mostReturnPeriodYears, mostChangeMPerHour }: GaugeDefaults,
): FloodPlan['limits'] {
  const stages = gauges.flatMap(({ station, warningStageM, band: { minStageM, maxStageM } }) =>
    warningStageM === null || minStageM === null || maxStageM === null
      ? []
      : [[station, { lowestM: minStageM - warningStageM, highestM: maxStageM - warningStageM }] as const],
  );
  const mostRiseMPerHour = mostChangeMPerHour;
  return {
    stages: Object.fromEntries(stages),
    mostRainMmPerHour,
    mostFlowM3s,
    mostReturnPeriodYears,
    mostRiseMPerHour,
  };
}

/** How far above the warning stage of a gauge its other marks lie. */
const marksOf = (gauges: readonly Gauge[]): FloodPlan['marks'] =>
  Object.fromEntries(
    gauges.flatMap(({ station, warningStageM, guaranteeStageM, recordStageM }) => {
      if (warningStageM === null) return [];
      const above = (mark: number | null, name: StageMark) => (mark === null ? {} : { [name]: mark - warningStageM });
      return [[station, { ...above(guaranteeStageM, 'guarantee'), ...above(recordStageM, 'record') }] as const];
    }),
  );

/** Gauges on whose reach risk points lie, and the counties of these. */
function reachesOf(points: readonly RiskPoint[]): FloodPlan['reaches'] {
  const counties = new Map<string, string[]>();
  for (const { reach, county } of points)
    if (reach !== null) counties.set(reach, [...new Set([...(counties.get(reach) ?? []), county])].sort());
  return Object.fromEntries([...counties].sort());
}

/** @throws SettingsError that names every row which is about a county or gauge that the plan does not have */
function refuseStrangers(
  folder: string,
  counties: Counties,
  gauges: readonly GaugeRow[],
  points: readonly RiskPoint[],
): void {
  const known = new Set(counties.all().map(({ code }) => code));
  const foreign = (file: string, rows: readonly Readonly<{ row: string; county: string }>[]): void => {
    const strange = rows.filter(({ county }) => !known.has(county));
    if (strange.length === 0) return;
    const faults = strange.map(
      ({ row, county }) => `${row}: ${county} 不是本市的县（市、区） / is no county of the city`,
    );
    throw new SettingsError(`${path.join(folder, file)} does not fit`, faults);
  };
  foreign(
    'gauges.csv',
    gauges.map(({ station, county }) => ({ row: station, county })),
  );
  foreign(
    'risk-points.csv',
    points.map(({ id, county }) => ({ row: id, county })),
  );
  const ids = points.map(({ id }) => id);
  const faults = [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id}: 重复 / stands twice`),
    ...points
      .filter(({ reach }) => reach !== null && !gauges.some(({ station }) => station === reach))
      .map(({ id, reach }) => `${id}: ${reach} 不是 gauges.csv 的测站 / is no station of gauges.csv`),
  ];
  if (faults.length > 0) throw new SettingsError(`${path.join(folder, 'risk-points.csv')} does not fit`, faults);
}

const numberOr = (written: string | undefined, otherwise: number | null): number | null =>
  written === undefined || written === '' ? otherwise : Number(written);

function gaugeOf(row: GaugeRow, defaults: GaugeDefaults): Gauge {
  const { station, name, county } = row;
  const warningStageM = numberOr(row.warning_stage_m, null);
  const fromWarning = (metres: number): number | null => (warningStageM === null ? null : warningStageM + metres);
  const below = -defaults.belowWarningM;
  return {
    station,
    name,
    county,
    warningStageM,
    guaranteeStageM: numberOr(row.guarantee_stage_m, null),
    recordStageM: numberOr(row.record_stage_m, null),
    floodLimitM: numberOr(row.flood_limit_m, null),
    neighbours: neighboursOf(row),
    band: {
      minStageM: numberOr(row.min_stage_m, fromWarning(below)),
      maxStageM: numberOr(row.max_stage_m, fromWarning(defaults.aboveWarningM)),
      mostChangeMPerHour: numberOr(row.most_change_m_per_hour, defaults.mostChangeMPerHour),
      toleranceM: defaults.toleranceM,
    },
    mostRainMmPerHour: defaults.mostRainMmPerHour,
  };
}
