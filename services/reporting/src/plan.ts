import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { StatisticsPlan } from '@fengsui/rules';
import { Counties } from '@fengsui/regions';
import { readPlanYaml } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { readBases, type ImportedBase } from './figures/bases.js';
import { Catalogue } from './figures/catalogue.js';
import { readForms, type Form } from './forms.js';
import type { OwnTemplate } from './summary/document.js';
import { Wording } from './summary/profile.js';

const strict = { additionalProperties: false };
const paragraph = Type.String({ minLength: 1 });

const Section = Type.Object(
  {
    heading: Type.String(),
    /** Words of the section's own, before its parts. */
    lead: Type.Optional(Type.Array(paragraph)),
    parts: Type.Array(
      Type.Object(
        {
          heading: Type.String(),
          /** On which it is there: `fires.count > 0`; without it always. */ when: Type.Optional(paragraph),
          paragraphs: Type.Array(paragraph),
          /** Paragraphs that people wrote as work records under this name follow. */ narratives: Type.Optional(
            Type.String(),
          ),
          /** Who writes them, where they are owed. */ owedBy: Type.Optional(Type.String({ minLength: 1 })),
        },
        strict,
      ),
    ),
    closing: Type.Optional(Type.Array(paragraph)),
    /** A table or chart that stands after the part of this number. */
    exhibits: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Object(
            {
              afterPart: Type.Integer(),
              kind: Type.Union([Type.Literal('table'), Type.Literal('chart')]),
              title: Type.String(),
              figures: Type.Array(Type.String(), { minItems: 1 }),
            },
            strict,
          ),
          /** How a response went, step by step. */
          Type.Object({ afterPart: Type.Integer(), kind: Type.Literal('course'), title: Type.String() }, strict),
        ]),
      ),
    ),
  },
  strict,
);

const SummaryFile = Type.Object(
  {
    title: Type.String(),
    organ: Type.String(),
    /** GB/T 2260 code of the city: only what lies in it is counted. */
    city: Type.String({ pattern: '^\\d{4}00$' }),
    opening: Type.Array(paragraph, { minItems: 1 }),
    sections: Type.Array(Section),
    wording: Type.Optional(Wording),
  },
  strict,
);
const ScheduleFile = Type.Object(
  {
    timezone: Type.String(),
    daily: Type.String(),
    annual: Type.String(),
    source: Type.String(),
    verified: Type.Boolean(),
  },
  strict,
);

const monthAndDay = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' });
const days = Type.Integer({ minimum: 1, maximum: 366 });
const StatisticsFile = Type.Object(
  {
    casualtyWindow: Type.Object(
      {
        days: Type.Object(
          { 'work-accident': days, 'road-accident': days, fire: days, geological: days, other: days },
          strict,
        ),
        civilDays: Type.Boolean(),
      },
      strict,
    ),
    missingCountAfterWindow: Type.Boolean(),
    outsideBelowYuan: Type.Number({ minimum: 0 }),
    sameAccident: Type.Object(
      {
        withinMinutes: Type.Number({ minimum: 0, maximum: 1_440 }),
        withinKm: Type.Number({ minimum: 0, maximum: 50 }),
        casualtiesApart: Type.Integer({ minimum: 0, maximum: 1_000 }),
      },
      strict,
    ),
    /** Month and day, both with it: what `2020-flood` means. */
    floodSeason: Type.Object({ from: monthAndDay, until: monthAndDay }, strict),
    /** Days after the end of a period until its figures are closed: what changes later restates them. */
    closesAfterDays: Type.Integer({ minimum: 0, maximum: 366 }),
    /** Counties vouch for their figures before the city signs; without it they need not. */
    countiesClose: Type.Optional(Type.Boolean()),
    source: Type.String(),
    verified: Type.Boolean(),
  },
  strict,
);
type Periods = Pick<Static<typeof StatisticsFile>, 'floodSeason' | 'closesAfterDays' | 'countiesClose'>;

/** The skeleton of the annual summary and its sentences: data of the city, which its staff edit. */
export type SummaryTemplate = Static<typeof SummaryFile>;
/** When the roll-ups run, as cron expressions. */
export type RollupSchedule = Static<typeof ScheduleFile>;

/** Names of the templates that are taken where none is named. */
export const ANNUAL = 'annual-summary';
export const BULLETIN = 'situation';
/** Of a response from its start to its end 复盘. */
export const REVIEW = 'response-review';
/** Folder of the others. */
const BULLETINS = 'bulletins';

/** What the bureau reports by: its templates, its schedule, and what counts as what. */
export class ReportingPlan {
  readonly template: SummaryTemplate;
  readonly schedule: RollupSchedule;
  /** How accidents are counted. */ readonly statistics: StatisticsPlan & Periods;
  /** Figures of years before this store, as they were published. */ readonly bases: readonly ImportedBase[];
  /** Statutory forms. */ readonly forms: readonly Form[];
  /** Its counties by GB/T 2260 code, with what they are called. */ readonly counties: ReadonlyMap<string, string>;

  private constructor(
    folder: string,
    /** What is counted. */ readonly catalogue: Catalogue,
    /** By name: the annual summary, and the bulletins of the plan. */
    readonly templates: ReadonlyMap<string, SummaryTemplate>,
    /** Word templates of the bureau's own, by the same names. */
    readonly ownTemplates: ReadonlyMap<string, OwnTemplate>,
  ) {
    this.template = templates.get(ANNUAL) as SummaryTemplate;
    this.schedule = readPlanYaml(folder, 'rollups.yaml', ScheduleFile).value;
    this.statistics = readPlanYaml(folder, 'statistics.yaml', StatisticsFile).value;
    this.counties = new Map(
      Counties.ofPlan(folder)
        .all()
        .map(({ code, name }) => [code, name]),
    );
    this.bases = readBases(folder, catalogue, this.counties);
    this.forms = readForms(folder, catalogue);
  }

  static read(folder: string): ReportingPlan {
    const annual = readPlanYaml(folder, `${ANNUAL}.yaml`, SummaryFile).value;
    const templates = new Map([[ANNUAL, annual], ...bulletinsIn(folder)]);
    return new ReportingPlan(folder, Catalogue.read(folder), templates, ownTemplatesOf(folder, [...templates.keys()]));
  }

  /** True for the city itself, its counties and their townships. */
  covers(division: string): boolean {
    return division.startsWith(this.template.city.slice(0, 4));
  }
}

/** `annual-summary.docx` beside `annual-summary.yaml`: its page in place of the standard's. */
function ownTemplatesOf(folder: string, names: readonly string[]): ReadonlyMap<string, OwnTemplate> {
  const files = names.map(
    (name) => [name, path.join(folder, name === ANNUAL ? '' : BULLETINS, `${name}.docx`)] as const,
  );
  return new Map(
    files.flatMap(([name, file]) => (existsSync(file) ? [[name, { bytes: readFileSync(file), file }] as const] : [])),
  );
}

/** Templates beside the annual summary. */
function bulletinsIn(folder: string): [string, SummaryTemplate][] {
  const own = path.join(folder, BULLETINS);
  if (!existsSync(own)) return [];
  const files = readdirSync(own).filter((name) => name.endsWith('.yaml'));
  return files.sort().map((name) => [name.slice(0, -'.yaml'.length), readPlanYaml(own, name, SummaryFile).value]);
}
