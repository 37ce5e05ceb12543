import { readPlanYaml } from '@fengsui/settings';
import { Type, type Static } from 'typebox';

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
          paragraphs: Type.Array(paragraph),
          /** Paragraphs that people wrote as work records under this name follow. */ narratives: Type.Optional(
            Type.String(),
          ),
        },
        strict,
      ),
    ),
    closing: Type.Optional(Type.Array(paragraph)),
    /** A table or chart that stands after the part of this number. */
    exhibits: Type.Optional(
      Type.Array(
        Type.Object(
          {
            afterPart: Type.Integer(),
            kind: Type.Union([Type.Literal('table'), Type.Literal('chart')]),
            title: Type.String(),
            figures: Type.Array(Type.String(), { minItems: 1 }),
          },
          strict,
        ),
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
    sections: Type.Array(Section, { minItems: 1 }),
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

/** The skeleton of the annual summary and its sentences: data of the city, which its staff edit. */
export type SummaryTemplate = Static<typeof SummaryFile>;
/** When the roll-ups run, as cron expressions. */
export type RollupSchedule = Static<typeof ScheduleFile>;

export class ReportingPlan {
  private constructor(
    readonly template: SummaryTemplate,
    readonly schedule: RollupSchedule,
  ) {}

  static read(folder: string): ReportingPlan {
    return new ReportingPlan(
      readPlanYaml(folder, 'annual-summary.yaml', SummaryFile).value,
      readPlanYaml(folder, 'rollups.yaml', ScheduleFile).value,
    );
  }

  /** True for the city itself, its counties and their townships. */
  covers(division: string): boolean {
    return division.startsWith(this.template.city.slice(0, 4));
  }
}
