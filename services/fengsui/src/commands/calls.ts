import type { CallDetail } from '@fengsui/duty';
import { wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { listing, state } from './listing.js';

export const CALLS_COMMAND = listing(
  { name: 'calls', about: { zh: '叫应记录', en: 'calls and answers' } },
  ({ ports }, open) => ports.duty.calls(open),
  [
    [{ zh: '呼叫', en: 'call' }, ({ id }) => id],
    [{ zh: '状态', en: 'state' }, (call, terminal) => state(terminal, call.state)],
    [{ zh: '内容', en: 'subject' }, ({ subject }) => subject],
    [{ zh: '开始', en: 'started' }, ({ startedAt }) => when(startedAt)],
    [{ zh: '步', en: 'steps' }, ({ steps }) => steps],
    [
      { zh: '应答', en: 'answered by' },
      ({ answeredBy }, _terminal, { plans }) => (answeredBy === null ? null : plans.duty.nameOf(answeredBy)),
    ],
  ],
);

/** One call as it went: who was rung by what, what came back, who replied. */
export const CALL_COMMAND: CommandOf = {
  name: 'calls show',
  about: { zh: '一次呼叫的全过程：呼叫、发送、回应', en: 'one call as it went: messages, tries, replies' },
  example: 'calls show proposal/441800-flood-2020-P01',
  words: [{ name: '<call>' }],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports, plans }) => {
      const id = wordOf(typed, 0);
      const call = await ports.duty.call(id);
      if (call === null) throw new Misuse(`没有呼叫 ${id} / there is no call ${id}`);
      terminal.result(call, () => inWords(call, terminal, (person) => plans.duty.nameOf(person)));
      return EXIT.done;
    }),
};

function inWords(call: CallDetail, terminal: Terminal, nameOf: (person: string) => string): string {
  const lines: (readonly [string, string])[] = [
    [call.startedAt, `${call.subject}（${call.reason}）`],
    ...call.attempts.map(({ delivery, n, startedAt, outcome, note }): readonly [string, string] => [
      startedAt,
      `${delivery} #${n} ${outcome}${note === null ? '' : `: ${note}`}`,
    ]),
    ...call.replies.map(({ person, actor, reply, at, handedTo, reason }): readonly [string, string] => [
      at,
      [
        nameOf(person),
        reply,
        ...(actor === person ? [] : [`（${nameOf(actor)}）`]),
        ...(handedTo === null ? [] : [`→ ${nameOf(handedTo)}`]),
        reason,
      ].join(' '),
    ]),
  ];
  const shown = call.deliveries
    .filter(({ attempts }) => attempts === 0)
    .map(
      ({ key, person, state: now, note }) => `  ${nameOf(person)} ${key} ${now}${note === null ? '' : `（${note}）`}`,
    );
  return [
    `${call.id} ${state(terminal, call.state)}`,
    call.text,
    ...lines.sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, words]) => `${when(at as never)} ${words}`),
    ...shown,
  ].join('\n');
}
