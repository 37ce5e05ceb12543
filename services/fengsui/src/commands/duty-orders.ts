import { LIVE_CAUSES, type UtcInstant } from '@fengsui/contracts';
import { textOf, textsOf, wordOf, type ArgumentOf, type OptionOf, type Typed } from '../command.js';
import type { Session } from '../session.js';
import { Misuse, type Said } from '../terminal.js';
import type { Fields } from './give-order.js';
import { zonedOf } from './period.js';

/** An order that can be given: its words, and what it says. */
export type OrderOfCommand = Readonly<{
  kind: string;
  about: Said;
  example: string;
  words?: readonly ArgumentOf[];
  options?: readonly OptionOf[];
  fields: (typed: Typed, session: Session) => Promise<Fields>;
  /** On whose behalf, where `--by` says nothing. */ by?: (typed: Typed) => string | undefined;
}>;

export const AUTHORITY: OptionOf = {
  flags: '--authority <code>',
  about: { zh: '机构区划代码；不写为本市', en: 'GB/T 2260 code of the authority; the city without it' },
};
const SPAN: readonly OptionOf[] = [
  { flags: '--from <instant>', about: { zh: '开始', en: 'from' }, required: true },
  { flags: '--until <instant>', about: { zh: '结束', en: 'until' }, required: true },
];

/** Orders about the roster, its shifts, and what only tries something. */
export const DUTY_ORDERS: readonly OrderOfCommand[] = [
  {
    kind: 'stand-in',
    about: { zh: '换班、顶班', en: 'somebody has a role for a time' },
    example: 'stand-in duty-officer li --from 2026-12-01T08:30+08:00 --until 2026-12-02T08:30+08:00 --reason …',
    words: [{ name: '<role>' }, { name: '<person>' }],
    options: [AUTHORITY, ...SPAN],
    fields: async (typed, { plans }) => ({
      kind: 'stand-in',
      authority: textOf(typed, 'authority') ?? plans.duty.city,
      role: wordOf(typed, 0),
      person: wordOf(typed, 1),
      ...hoursOf(typed),
    }),
  },
  {
    kind: 'leave',
    about: { zh: '请假', en: 'somebody has no role for a time' },
    example: 'leave li --from 2026-12-01T08:30+08:00 --until 2026-12-02T08:30+08:00 --reason …',
    words: [{ name: '<person>' }],
    options: SPAN,
    fields: async (typed, { plans }) => ({
      kind: 'leave',
      authority: plans.duty.city,
      person: wordOf(typed, 0),
      ...hoursOf(typed),
    }),
  },
  {
    kind: 'withdraw-roster',
    about: { zh: '撤回一次值班调整', en: 'withdraw a change of the roster' },
    example: 'withdraw-roster cli-20261127 --reason …',
    words: [{ name: '<change>' }],
    fields: async (typed) => ({ kind: 'withdraw-roster', change: wordOf(typed, 0) }),
  },
  {
    kind: 'hand-over',
    about: { zh: '交班签字', en: 'sign what you hand over' },
    example: 'hand-over handover/441800/duty-officer/2026-12-01T00:30:00.000Z',
    words: [{ name: '<handover>' }],
    fields: async (typed) => ({ kind: 'hand-over', ...handoverOf(typed) }),
  },
  {
    kind: 'take-over',
    about: { zh: '逐项接收并签字', en: 'accept what is open, one by one, and sign' },
    example: 'take-over handover/441800/duty-officer/2026-12-01T00:30:00.000Z --accept CALL',
    words: [{ name: '<handover>' }],
    options: [{ flags: '--accept <calls...>', about: { zh: '接收的事项', en: 'calls that are accepted' } }],
    fields: async (typed) => ({ kind: 'take-over', ...handoverOf(typed), accepted: [...textsOf(typed, 'accept')] }),
  },
  {
    kind: 'exercise',
    about: { zh: '叫应演练', en: 'call those on duty as an exercise' },
    example: 'exercise proposal --reason 月度演练',
    words: [{ name: '<cause>', about: { zh: LIVE_CAUSES.join(' '), en: LIVE_CAUSES.join(' ') } }],
    options: [
      { flags: '--receivers <n>', about: { zh: '一次通知的人数（人数多时须注明）', en: 'how many it calls at once' } },
    ],
    fields: async (typed) => {
      const receivers = textOf(typed, 'receivers');
      return {
        kind: 'exercise',
        cause: causeOf(wordOf(typed, 0)),
        ...(receivers === undefined ? {} : { receivers: Number(receivers) }),
      };
    },
  },
  {
    kind: 'contact-test',
    about: { zh: '核验能否联系到某人', en: 'try the ways to a person' },
    example: 'contact-test chen --channel mail',
    words: [{ name: '<person>' }],
    options: [{ flags: '--channel <channel>', about: { zh: '只用此方式', en: 'by this one alone' } }],
    fields: async (typed) => ({
      kind: 'contact-test',
      person: wordOf(typed, 0),
      channel: textOf(typed, 'channel') ?? null,
    }),
  },
];

/** @throws Misuse for a time without a zone */
function hoursOf(typed: Typed): Readonly<{ fromAt: UtcInstant; untilAt: UtcInstant }> {
  const [fromAt, untilAt] = [zonedOf(typed, 'from'), zonedOf(typed, 'until')];
  if (fromAt === undefined || untilAt === undefined) throw new Misuse('--from, --until: 2026-12-01T08:30:00+08:00');
  return { fromAt, untilAt };
}

/** The number of a handover names whose desk it is. */
const handoverOf = (typed: Typed): Readonly<{ authority: string; handover: string }> => {
  const handover = wordOf(typed, 0);
  return { authority: handover.split('/')[1] ?? '', handover };
};

/** @throws Misuse for what nothing calls for */
function causeOf(word: string): (typeof LIVE_CAUSES)[number] {
  const known = LIVE_CAUSES.find((one) => one === word);
  if (known === undefined) throw new Misuse(`${word}: ${LIVE_CAUSES.join(' ')}`);
  return known;
}
