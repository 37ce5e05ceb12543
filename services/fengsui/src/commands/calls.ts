import { writeFileSync } from 'node:fs';
import { CALL_CAUSES, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';
import type { CallDetail } from '@fengsui/duty';
import { textOf, textsOf, wordOf, type CommandOf, type OptionOf, type Typed } from '../command.js';
import { csvLine } from '../csv-line.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { listing, state } from './listing.js';
import { spanOf } from './period.js';

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

const SPAN: readonly OptionOf[] = [
  { flags: '--from <instant>', about: { zh: '自', en: 'from' } },
  { flags: '--until <instant>', about: { zh: '至', en: 'until' } },
];

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

/** What happened to calls, found and written out. */
export const CALL_HISTORY_COMMANDS: readonly CommandOf[] = [
  {
    name: 'calls search',
    about: { zh: '按内容、人员、事由、状态、时间查呼叫', en: 'find calls by words, person, cause, state, time' },
    example: 'calls search 暴雨 --person chen --state unanswered --from 2026-11-01T00:00+08:00',
    words: [{ name: '[words]', about: { zh: '内容中的文字', en: 'words in it' } }],
    options: [
      { flags: '--person <person>', about: { zh: '被叫或应答的人', en: 'who was called, or answered' } },
      { flags: '--cause <causes...>', about: { zh: '事由', en: 'causes' }, choices: [...CALL_CAUSES] },
      {
        flags: '--state <states...>',
        about: { zh: '状态', en: 'states' },
        choices: ['ringing', 'unanswered', 'answered', 'closed'],
      },
      ...SPAN,
      { flags: '--most <n>', about: { zh: '最多列出', en: 'at most' }, preset: '100' },
    ],
    run: (typed, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const words = typed.words[0] as string | undefined;
        const most = Number(textOf(typed, 'most'));
        if (!Number.isInteger(most) || most < 1) throw new Misuse('--most 100');
        const found = await ports.duty.search({
          words,
          person: textOf(typed, 'person'),
          causes: listOf(typed, 'cause'),
          states: listOf(typed, 'state'),
          ...spanOf(typed),
          most,
        });
        terminal.result(found, () =>
          terminal.table(
            [
              { zh: '呼叫', en: 'call' },
              { zh: '状态', en: 'state' },
              { zh: '内容', en: 'subject' },
              { zh: '开始', en: 'started' },
              { zh: '应答', en: 'answered by' },
            ],
            found.map((call) => [
              call.id,
              state(terminal, call.state),
              call.subject,
              when(call.startedAt),
              call.answeredBy === null ? null : plans.duty.nameOf(call.answeredBy),
            ]),
          ),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'calls export',
    about: { zh: '导出呼叫全过程为 CSV：谁、何时、经何方式、结果', en: 'all that happened to calls, as CSV' },
    example: 'calls export calls.csv --from 2026-11-01T00:00+08:00',
    words: [{ name: '<file>' }],
    options: SPAN,
    run: (typed, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const [file, rows] = [wordOf(typed, 0), await ports.duty.history(spanOf(typed))];
        const head = ['call', 'cause', 'at', 'what', 'person', 'name', 'channel', 'step', 'said'];
        const lines = rows.map(({ call, cause, at, what, person, channel, step, said }) => {
          const name = person === null ? null : plans.duty.nameOf(person);
          return csvLine([call, cause, shanghai(at), what, person, name, channel, step, said]);
        });
        // Spreadsheets take a file without the mark for one in another encoding.
        writeFileSync(file, `\ufeff${[csvLine(head), ...lines].join('\r\n')}\r\n`);
        terminal.result({ file, rows: rows.length }, () =>
          terminal.pick({ zh: `已写入 ${file}，${rows.length}行`, en: `written: ${file}, ${rows.length} rows` }),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'calls audit',
    about: { zh: '核对：应升级而未升级、应发而未发的', en: 'what should have been done by now and was not' },
    example: 'calls audit',
    run: (_, terminal) =>
      withSession('ports', async ({ ports }) => {
        const undone = await ports.duty.undone();
        terminal.result(undone, () =>
          undone.length === 0
            ? terminal.pick({ zh: '各呼叫均按时进行', en: 'every open call is in time' })
            : undone
                .map(({ what, call, subject, seconds }) => `${what} ${call} ${Math.round(seconds)} s ${subject}`)
                .join('\n'),
        );
        return undone.length === 0 ? EXIT.done : EXIT.trouble;
      }),
  },
];

const listOf = (typed: Typed, name: string): readonly string[] | undefined => {
  const list = textsOf(typed, name);
  return list.length === 0 ? undefined : list;
};
const shanghai = (at: UtcInstant): string => `${shanghaiMinute(at).replace('T', ' ')}:${at.slice(17, 19)}`;

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
