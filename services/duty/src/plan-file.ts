import { fromShanghai, LEVELS_ORDERED, LIVE_CAUSES, OWN_CAUSES, type UtcInstant } from '@fengsui/contracts';
import { DAYS } from '@fengsui/rules';
import { Type, type Static, type TObject, type TOptional } from 'typebox';

/** Ways to reach people that a plan may name. */
const CHANNEL_NAMES = ['mail', 'sms', 'voice', 'webhook', 'wecom', 'dingtalk', 'feishu'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

const strict = { additionalProperties: false };
const oneOf = <T extends string>(words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)));
/** One line of text that says something: what stands in the head of a mail must not break it. */
const line = Type.String({ pattern: '^[^\\r\\n\\t]*[^\\s][^\\r\\n\\t]*$', maxLength: 100 });
const id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$' });
const wall = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$' });
const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const monthDay = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' });
const clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const hours = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$' });
const authority = Type.String({ pattern: '^\\d{6}$' });
const channels = Type.Array(oneOf(CHANNEL_NAMES), { minItems: 1, uniqueItems: true });
/** Minutes that somebody has: a person needs some to answer, and an alarm does not wait for hours. */
const minutes = Type.Number({ minimum: 1, maximum: 240 });

const PersonRow = Type.Object(
  {
    id,
    name: line,
    post: line,
    mail: Type.Optional(Type.String({ pattern: '^[^@\\s,;<>"]+@[^@\\s,;<>"]+\\.[^@\\s,;<>".]+$' })),
    // Mobile and landline of China, and numbers with their country.
    phones: Type.Optional(
      Type.Array(Type.String({ pattern: '^(1[3-9]\\d{9}|0\\d{2,3}-?\\d{7,8}|\\+\\d{8,15})$' }), {
        minItems: 1,
        uniqueItems: true,
      }),
    ),
    /** By what they are reached first, when it is urgent and when it is not. */
    prefers: Type.Optional(Type.Object({ urgent: Type.Optional(channels), ordinary: Type.Optional(channels) }, strict)),
    testedOn: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  },
  strict,
);
export type Person = Static<typeof PersonRow>;

const Rotation = Type.Object(
  {
    role: id,
    authority: Type.Optional(authority),
    people: Type.Array(id, { minItems: 1 }),
    from: wall,
    shiftHours: Type.Optional(Type.Number({ minimum: 1, maximum: 24 * 31 })),
    shiftsAt: Type.Optional(Type.Array(clock, { minItems: 1, uniqueItems: true })),
    /** Only shifts that begin on such days 节假日、工作日、汛期、非汛期. */
    during: Type.Optional(oneOf(DAYS)),
  },
  strict,
);
const StepRow = Type.Object(
  {
    role: Type.Optional(id),
    person: Type.Optional(id),
    list: Type.Optional(id),
    needed: Type.Optional(
      Type.Union([Type.Literal('any'), Type.Literal('all'), Type.Integer({ minimum: 1, maximum: 1_000 })]),
    ),
    answerWithinMinutes: minutes,
    channels,
    inTurn: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type StepRow = Static<typeof StepRow>;
const CauseRow = Type.Object(
  {
    chain: Type.String(),
    urgent: Type.Boolean(),
    rule: line,
    /** Ordinary, and rings in the quiet hours all the same. */
    atNight: Type.Optional(Type.Boolean()),
    /** An answer is a promise: so long after it the matter is settled, or the call rings anew. */
    promiseMinutes: Type.Optional(Type.Number({ minimum: 1, maximum: 7 * 24 * 60 })),
    instead: Type.Optional(
      Type.Array(
        Type.Object(
          {
            levels: Type.Optional(Type.Array(oneOf(LEVELS_ORDERED), { minItems: 1, uniqueItems: true })),
            hours: Type.Optional(hours),
            chain: Type.String(),
          },
          strict,
        ),
      ),
    ),
  },
  strict,
);
export type CauseRow = Static<typeof CauseRow>;

type Causes = Record<(typeof LIVE_CAUSES)[number], typeof CauseRow> &
  Record<(typeof OWN_CAUSES)[number], TOptional<typeof CauseRow>>;

/** `duty.yaml`: who is on duty, how they are reached, and how a call climbs. */
export const PlanFile = Type.Object(
  {
    desk: id,
    people: Type.Array(PersonRow, { minItems: 1 }),
    lists: Type.Optional(Type.Record(Type.String(), Type.Array(id, { minItems: 1, uniqueItems: true }))),
    /** What each role is called 岗位名称. */
    roles: Type.Optional(Type.Record(id, line)),
    rotations: Type.Array(Rotation, { minItems: 1 }),
    overrides: Type.Array(
      Type.Object({ role: id, authority: Type.Optional(authority), person: id, from: wall, until: wall }, strict),
    ),
    leave: Type.Optional(Type.Array(Type.Object({ person: id, from: wall, until: wall }, strict))),
    /** Which days are which: as the State Council's notice of each year has it. */
    calendar: Type.Optional(
      Type.Object(
        {
          holidays: Type.Array(Type.Object({ from: date, until: date, name: Type.Optional(line) }, strict)),
          workdays: Type.Array(date),
          floodSeason: Type.Optional(Type.Object({ from: monthDay, until: monthDay }, strict)),
        },
        strict,
      ),
    ),
    /** How many people a list is expected to call; more than `massFactor` times as many is a mistake. */
    expected: Type.Optional(Type.Record(id, Type.Integer({ minimum: 1 }))),
    massFactor: Type.Optional(Type.Number({ minimum: 1, maximum: 10 })),
    /** A call of more people at once names their number before it begins. */
    massFrom: Type.Optional(Type.Integer({ minimum: 2 })),
    chains: Type.Record(
      Type.String(),
      Type.Object(
        {
          rounds: Type.Integer({ minimum: 1, maximum: 10 }),
          steps: Type.Array(StepRow, { minItems: 1, maxItems: 20 }),
          /** How often it rings when nobody answered, where that is not as `unanswered` has it. */
          againMinutes: Type.Optional(Type.Number({ minimum: 1, maximum: 7 * 24 * 60 })),
        },
        strict,
      ),
    ),
    /** Whom a call rings that nobody answered, beside the desk. */
    unanswered: Type.Optional(
      Type.Object(
        { everyMinutes: minutes, roles: Type.Array(id), authorities: Type.Optional(Type.Array(authority)), channels },
        strict,
      ),
    ),
    causes: Type.Object(
      Object.fromEntries([
        ...LIVE_CAUSES.map((cause) => [cause, CauseRow]),
        ...OWN_CAUSES.map((cause) => [cause, Type.Optional(CauseRow)]),
      ]) as Causes,
      strict,
    ) as TObject<Causes>,
    /** By what an exercise reaches people; without it an exercise is only shown. */
    exercise: Type.Optional(Type.Object({ channels }, strict)),
    /** Who is written to by every channel, so that one that is dead is known before it is needed. */
    canary: Type.Optional(
      Type.Object({ everyMinutes: Type.Integer({ minimum: 10, maximum: 10_080 }), person: id }, strict),
    ),
    /** Roles whose shifts are handed over 交接班, and how soon after the border both have signed. */
    handover: Type.Optional(
      Type.Object({ roles: Type.Array(id, { minItems: 1 }), signWithinMinutes: minutes }, strict),
    ),
    /** How what is not urgent is told: not in the quiet hours, and not one by one. */
    ordinary: Type.Optional(
      Type.Object(
        {
          quietHours: Type.Optional(hours),
          gatherMinutes: Type.Number({ minimum: 0, maximum: 60 }),
          digestOver: Type.Integer({ minimum: 1, maximum: 1_000 }),
          digestMinutes: Type.Number({ minimum: 1, maximum: 240 }),
        },
        strict,
      ),
    ),
    /** Channels that chains name and an installation may be without; any other refuses the start. */
    mayBeMissing: Type.Optional(channels),
    answerWaitsMinutes: Type.Integer({ minimum: 1, maximum: 24 * 60 }),
    /** Contacts must have been tried within so many days. */
    contactsTestedDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 400 })),
  },
  strict,
);
export type DutyFile = Static<typeof PlanFile>;

/** @returns the instant of a wall time in Beijing, or null where the calendar has no such day */
export function instantOf(written: string): UtcInstant | null {
  const day = written.slice(0, 10);
  const known = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(known.getTime()) || known.toISOString().slice(0, 10) !== day) return null;
  const [hour = 24, minute = 60] = written.slice(11).split(':').map(Number);
  return hour < 24 && minute < 60 ? fromShanghai(written) : null;
}

/** `08:30` in minutes of the day. */
export function minuteOfDay(written: string): number {
  const [hour = 0, minute = 0] = written.split(':').map(Number);
  return hour * 60 + minute;
}
