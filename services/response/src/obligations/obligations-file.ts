import { Type, type Static } from 'typebox';
import { LEVELS_ORDERED, THREATENED, type Threatened } from '@fengsui/contracts';
import { GRADES, type Grade } from '@fengsui/rules';

const strict = { additionalProperties: false };
const written = Type.String({ pattern: '\\S' });
const minutes = Type.Integer({ minimum: 1, maximum: 43_200 });
const level = Type.Unsafe<(typeof LEVELS_ORDERED)[number]>(Type.String({ enum: [...LEVELS_ORDERED] }));
const owner = Type.Object({ id: Type.String({ pattern: '^(\\d{6}|[a-z][a-z0-9-]*)$' }), name: written }, strict);
const said = { source: Type.String(), verified: Type.Boolean() };

/** obligations.yaml: what is owed by a time, and to whom. A city need not have it: then nothing is. */
export const ObligationsFile = Type.Object(
  {
    /** Minutes after which what is overdue is said again. */
    remindEveryMinutes: minutes,
    authorities: Type.Array(
      Type.Object(
        {
          authority: Type.String({ pattern: '^\\d{6}$' }),
          /** Who signs for a notice 签收, and in how many minutes. */
          receipts: Type.Optional(
            Type.Object(
              {
                from: Type.Array(owner, { minItems: 1 }),
                withinMinutes: Type.Object({ IV: minutes, III: minutes, II: minutes, I: minutes }, strict),
                ...said,
              },
              strict,
            ),
          ),
          /** Whether the counties covered report at the clock times of its notices; left out nearer than this. */
          situationReports: Type.Optional(Type.Object({ leadMinutes: minutes, ...said }, strict)),
          /** What is done at a level, and at every one above it. Without a time it is ticked, and calls nobody. */
          steps: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  id: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
                  level,
                  owner,
                  text: written,
                  withinMinutes: Type.Optional(minutes),
                  ...said,
                },
                strict,
              ),
            ),
          ),
        },
        strict,
      ),
    ),
    /** Which forest fires are reported up at once, by each list of the law. */
    fires: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ pattern: '^[a-z][a-z-]{0,30}$' }),
            to: Type.String({ minLength: 1 }),
            owner,
            withinMinutes: minutes,
            article: Type.String({ minLength: 1 }),
            when: Type.Object(
              {
                burningHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })),
                deaths: Type.Optional(Type.Integer({ minimum: 1 })),
                seriousInjuries: Type.Optional(Type.Integer({ minimum: 1 })),
                hectares: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
                borderKm: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
                provincialCounties: Type.Optional(Type.Array(Type.String({ pattern: '^\\d{6}$' }))),
                threatens: Type.Optional(Type.Array(Type.Unsafe<Threatened>(Type.String({ enum: [...THREATENED] })))),
                asksSupport: Type.Optional(Type.Boolean()),
              },
              { ...strict, minProperties: 1 },
            ),
            ...said,
          },
          strict,
        ),
      ),
    ),
    /** When an incident of a grade is reported up, from when it was known. */
    incidents: Type.Array(
      Type.Object(
        {
          grade: Type.Unsafe<Grade>(Type.String({ enum: [...GRADES] })),
          owner,
          byWordMinutes: minutes,
          inWritingMinutes: minutes,
          followUpEveryMinutes: minutes,
          ...said,
        },
        strict,
      ),
    ),
  },
  strict,
);
export type ObligationsFile = Static<typeof ObligationsFile>;
