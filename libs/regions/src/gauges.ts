import { readPlanCsv, SettingsError, type PlanFile } from '@fengsui/settings';
import { Type, type Static } from 'typebox';

const number = (signed: boolean) => Type.String({ pattern: signed ? '^(-?\\d+(\\.\\d+)?)?$' : '^(\\d+(\\.\\d+)?)?$' });

const GaugeRow = Type.Object(
  {
    station: Type.String({ minLength: 1 }),
    name: Type.String(),
    county: Type.String(),
    warning_stage_m: number(false),
    source: Type.String(),
    /** What others call it, with `;` between. */
    aliases: Type.Optional(Type.String()),
    /** Stations up and down the same river, with `;` between. */
    neighbours: Type.Optional(Type.String()),
    /** The next station down the river; empty: none of the file. */
    below: Type.Optional(Type.String()),
    /** Guarantee stage 保证水位, the highest stage ever measured; of a reservoir its flood limit 汛限水位. Metres. */
    guarantee_stage_m: Type.Optional(number(false)),
    record_stage_m: Type.Optional(number(false)),
    flood_limit_m: Type.Optional(number(false)),
    // What the gauge can show, and how fast it can change; empty or left out: as `gaugeDefaults` says.
    min_stage_m: Type.Optional(number(true)),
    max_stage_m: Type.Optional(number(true)),
    most_change_m_per_hour: Type.Optional(number(false)),
  },
  { additionalProperties: false },
);
/** A row of `gauges.csv`, as it is written. */
export type GaugeRow = Static<typeof GaugeRow>;

const listed = (text = ''): string[] =>
  text
    .split(/[;；]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Other names of a gauge. */
export const aliasesOf = ({ aliases }: GaugeRow): string[] => listed(aliases);

/** Stations up and down the river from a gauge. */
export const neighboursOf = ({ neighbours }: GaugeRow): string[] => listed(neighbours);

/**
 * The gauges of the city's plan.
 * @throws SettingsError when the file does not fit, a name leads to two gauges, or a neighbour is none of them
 */
export function readGauges(folder: string): PlanFile<readonly GaugeRow[]> {
  const file = readPlanCsv(folder, 'gauges.csv', GaugeRow);
  const names = file.value.flatMap((row) => [row.station, ...aliasesOf(row)]);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0)
    throw new SettingsError(
      `${folder}/gauges.csv does not fit`,
      twice.map((name) => `${name} leads to two gauges`),
    );
  const strange = file.value.flatMap((row) =>
    neighboursOf(row)
      .filter((name) => !file.value.some(({ station }) => station === name))
      .map((name) => `${row.station}: its neighbour ${name} is no station of the file`),
  );
  for (const { station, below = '' } of file.value)
    if (below !== '' && !file.value.some((row) => row.station === below))
      strange.push(`${station}: ${below}, below it, is no station of the file`);
  if (strange.length > 0) throw new SettingsError(`${folder}/gauges.csv does not fit`, strange);
  return file;
}
