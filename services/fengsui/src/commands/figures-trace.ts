import { flagOf, textOf, wordOf, type CommandOf, type Typed } from '../command.js';
import { withSession } from '../session.js';
import type { TraceOutput } from '../shapes.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { AS_OF, instantOf, YEAR, yearOf } from './period.js';

export const FIGURES_TRACE_COMMAND: CommandOf = {
  name: 'trace',
  about: { zh: '一个数字背后的事实、事件和原始报文', en: 'the facts, events and original bytes behind a figure' },
  example: 'trace fires.count --year 2020 --bytes --json',
  words: [{ name: '<figure>', about: { zh: '指标编号', en: 'id of the figure' } }],
  options: [YEAR, AS_OF, { flags: '--bytes', about: { zh: '附原始报文', en: 'with the original bytes' } }],
  run: trace,
};

function trace(typed: Typed, terminal: Terminal): Promise<number> {
  const figure = wordOf(typed, 0);
  const bytes = flagOf(typed, 'bytes');
  const year = yearOf(textOf(typed, 'year'));
  const at = instantOf(textOf(typed, 'asOf'));
  return withSession('ports', async ({ ports }) => {
    const found = await ports.reporting.trace(figure, year, at);
    if (found === null) throw new Misuse(`没有这个指标 / there is no figure ${figure}; fengsui figures --year ${year}`);
    const origins = new Map(
      (await ports.intake.originsOf([...new Set(found.facts.flatMap((fact) => fact.origins))])).map((origin) => [
        origin.eventId,
        origin,
      ]),
    );
    const facts: TraceOutput['facts'][number][] = [];
    for (const { origins: from, ...fact } of found.facts) {
      const origin = from.map((event) => origins.get(event)).find((one) => one !== undefined);
      const source =
        origin === undefined
          ? null
          : { door: origin.door, name: origin.name, place: origin.place, sha256: origin.sha256 };
      const held = bytes && origin !== undefined ? await ports.intake.bytesOf(origin) : null;
      facts.push({ ...fact, source, ...(held === null ? {} : { bytes: held.toString('utf8') }) });
    }
    const output: TraceOutput = {
      figure,
      value: found.value,
      method: found.method,
      of: found.of === null ? null : [...found.of],
      facts,
    };
    terminal.result(output, () =>
      [
        `${figure} = ${output.value} (${output.method}${output.of === null ? '' : `: ${output.of.join(' / ')}`})`,
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
            .slice(0, 20)
            .map((fact) => [
              fact.fact,
              fact.event,
              when(fact.occurredAt),
              when(fact.recordedAt),
              fact.measure,
              fact.source === null ? null : `${fact.source.name}, ${fact.source.place}`,
            ]),
        ),
        ...(facts.length > 20
          ? [
              terminal.pick({
                zh: `……共${facts.length}条，加 --json 全部列出`,
                en: `… ${facts.length} in all, listed with --json`,
              }),
            ]
          : []),
      ].join('\n'),
    );
    return EXIT.done;
  });
}
