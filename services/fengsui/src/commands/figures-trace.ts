import type { Page, Trace } from '@fengsui/reporting';
import { flagOf, textOf, wordOf, type CommandOf, type Typed } from '../command.js';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import type { TraceOutput, TracePart } from '../shapes.js';
import { SHEET_OPTIONS, writeSheets, writtenIn } from '../sheets.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { AS_OF, askedIn, asMisuse, PERIOD } from './period.js';

export const FIGURES_TRACE_COMMAND: CommandOf = {
  name: 'trace',
  about: { zh: '一个数字背后的事实、事件和原始报文', en: 'the facts, events and original bytes behind a figure' },
  example: 'trace fires.count --year 2020 --bytes --json',
  words: [{ name: '<figure>', about: { zh: '指标编号', en: 'id of the figure' } }],
  options: [
    ...PERIOD,
    AS_OF,
    { flags: '--bytes', about: { zh: '附原始报文', en: 'with the original bytes' } },
    { flags: '--limit <n>', about: { zh: '每页条数', en: 'facts a page' } },
    { flags: '--after <place>', about: { zh: '接上一页的 next', en: '`next` of the page before' } },
    ...SHEET_OPTIONS,
  ],
  run: trace,
};

/** Where nothing is said: more than any year of a city has, and still a document that a program can read. */
const LIMIT = 100_000;
const SHOWN = 20;

function pageOf(typed: Typed): Page {
  const limit = Number(textOf(typed, 'limit') ?? LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT) throw new Misuse(`--limit: 1 … ${LIMIT}`);
  return { after: textOf(typed, 'after') ?? null, limit };
}

function trace(typed: Typed, terminal: Terminal): Promise<number> {
  const figure = wordOf(typed, 0);
  const bytes = flagOf(typed, 'bytes');
  const [asked, page] = [askedIn(typed), pageOf(typed)];
  return withSession('ports', async ({ ports }) => {
    const found = await asMisuse(() => ports.reporting.trace(figure, asked, page));
    if (found === null) throw new Misuse(`没有这个指标 / there is no figure ${figure}; fengsui indicators`);
    const partOf = async (part: Omit<Trace, 'of' | 'parts'>): Promise<TracePart> => ({
      figure: part.figure,
      value: part.value,
      method: part.method,
      facts: await withSources(part.facts, ports, bytes),
      next: part.next,
    });
    const parts = [];
    for (const part of found.parts) parts.push(await partOf(part));
    const output: TraceOutput = { ...(await partOf(found)), of: found.of === null ? null : [...found.of], parts };
    const all = output.parts.length > 0 ? output.parts : [output];
    const written = await writeSheets(typed, {
      name: figure,
      head: [
        'figure',
        'fact',
        'event',
        'contract',
        'occurredAt',
        'recordedAt',
        'measure',
        'key',
        'source',
        'place',
        'sha256',
      ],
      rows: all.flatMap((part) =>
        part.facts.map((fact) => [
          part.figure,
          fact.fact,
          fact.event,
          fact.contract,
          fact.occurredAt,
          fact.recordedAt,
          fact.measure,
          fact.key,
          fact.source?.name ?? null,
          fact.source?.place ?? null,
          fact.source?.sha256 ?? null,
        ]),
      ),
    });
    terminal.result(output, () =>
      [
        ...writtenIn(written, terminal),
        `${figure} = ${output.value} (${output.method}${output.of === null ? '' : `: ${output.of.join(' / ')}`})`,
        ...(output.parts.length > 0
          ? output.parts.flatMap((part) => [`${part.figure} = ${part.value}`, table(part, terminal)])
          : [table(output, terminal)]),
      ].join('\n'),
    );
    return EXIT.done;
  });
}

/** Each fact with where its number came in. */
async function withSources(facts: Trace['facts'], { intake }: Ports, bytes: boolean): Promise<TraceOutput['facts']> {
  const origins = new Map(
    (await intake.originsOf([...new Set(facts.flatMap((fact) => fact.origins))])).map((origin) => [
      origin.eventId,
      origin,
    ]),
  );
  const shown: TraceOutput['facts'] = [];
  for (const { origins: from, ...fact } of facts) {
    const origin = from.map((event) => origins.get(event)).find((one) => one !== undefined);
    const source =
      origin === undefined
        ? null
        : { door: origin.door, name: origin.name, place: origin.place, sha256: origin.sha256 };
    const held = bytes && origin !== undefined ? await intake.bytesOf(origin) : null;
    shown.push({ ...fact, source, ...(held === null ? {} : { bytes: held.toString('utf8') }) });
  }
  return shown;
}

const table = ({ facts, next }: TracePart, terminal: Terminal): string =>
  [
    terminal.table(
      [
        { zh: '事实', en: 'fact' },
        { zh: '事件', en: 'event' },
        { zh: '发生', en: 'occurred' },
        { zh: '知悉', en: 'recorded' },
        { zh: '量', en: 'measure' },
        { zh: '来源', en: 'source' },
      ],
      facts
        .slice(0, SHOWN)
        .map((fact) => [
          fact.fact,
          fact.event,
          when(fact.occurredAt),
          when(fact.recordedAt),
          fact.measure,
          fact.source === null ? null : `${fact.source.name}, ${fact.source.place}`,
        ]),
    ),
    ...(facts.length > SHOWN
      ? [
          terminal.pick({
            zh: `……共${facts.length}条，加 --json 全部列出`,
            en: `… ${facts.length} in all, listed with --json`,
          }),
        ]
      : []),
    ...(next === null ? [] : [`--after '${next}'`]),
  ].join('\n');
