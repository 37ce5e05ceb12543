import * as path from 'node:path';
import type { LevelOrdered } from '@fengsui/contracts';
import type { Duties, FireReport, IncidentClock } from '@fengsui/rules';
import { readOptionalPlanYaml, SettingsError } from '@fengsui/settings';
import { ObligationsFile } from './obligations-file.js';

const FILE = 'obligations.yaml';
type ReportAt = Readonly<Record<LevelOrdered, readonly string[]>>;

/** What is owed by a time in this city. */
export class ObligationsPlan {
  /** Nothing is owed. */
  static readonly none = new ObligationsPlan('', 60, { incidents: [], fires: [] }, new Map());

  private constructor(
    readonly version: string,
    readonly remindEveryMinutes: number,
    private readonly up: Readonly<{ incidents: readonly IncidentClock[]; fires: readonly FireReport[] }>,
    private readonly duties: ReadonlyMap<string, Duties>,
  ) {}

  /** When accidents are reported up. */
  get incidents(): readonly IncidentClock[] {
    return this.up.incidents;
  }

  /** Which forest fires are reported up. */
  get fires(): readonly FireReport[] {
    return this.up.fires;
  }

  /** What an authority asks of others in its responses; null: nothing. */
  dutiesOf(authority: string): Duties | null {
    return this.duties.get(authority) ?? null;
  }

  /**
   * @param reportAt clock times that the notices name
   * @throws SettingsError when a step, an owner or an authority stands twice: one of the two would be lost
   */
  static read(folder: string, reportAt: ReportAt | null): ObligationsPlan {
    const file = readOptionalPlanYaml(folder, FILE, ObligationsFile);
    if (file === null) return ObligationsPlan.none;
    const { value, version } = file;
    const faults = [
      ...twice(
        'authority',
        value.authorities.map(({ authority }) => authority),
      ),
      ...twice(
        'grade',
        value.incidents.map(({ grade }) => grade),
      ),
      ...twice('fires', value.fires?.map(({ id }) => id) ?? []),
      ...value.authorities.flatMap(({ authority, steps = [], receipts }) => [
        ...twice(
          `${authority} steps`,
          steps.map(({ id }) => id),
        ),
        ...twice(`${authority} receipts`, receipts?.from.map(({ id }) => id) ?? []),
      ]),
    ];
    if (faults.length > 0) throw new SettingsError(`${path.join(folder, FILE)} does not fit`, faults);
    const duties = value.authorities.map(({ authority, receipts = null, situationReports, steps = [] }) => {
      const own: Duties = {
        receipts,
        reportAt: situationReports === undefined ? null : reportAt,
        leadMinutes: situationReports?.leadMinutes ?? 0,
        steps: steps.map((step) => ({ ...step, withinMinutes: step.withinMinutes ?? null })),
      };
      return [authority, own] as const;
    });
    const up = { incidents: value.incidents, fires: value.fires ?? [] };
    return new ObligationsPlan(version, value.remindEveryMinutes, up, new Map(duties));
  }
}

const twice = (where: string, names: readonly string[]): string[] =>
  names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${where}: ${name} 重复 / stands twice`);
