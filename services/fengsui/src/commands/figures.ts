import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { utc, type UtcInstant } from '@fengsui/contracts';
import type { Figure } from '@fengsui/reporting';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import type { FigureOutput, FiguresOutput, ReportOutput, TraceOutput } from '../shapes.js';
import { EXIT, Misuse, type Language, type Terminal } from '../terminal.js';

const UNITS: Record<Figure['unit'], { zh: string; en: string }> = {
  count: { zh: '起/次/个', en: 'count' },
  persons: { zh: '人', en: 'persons' },
  yuan: { zh: '元', en: 'yuan' },
  percent: { zh: '%', en: '%' },
  weeks: { zh: '周', en: 'weeks' },
};
const NOTES = { 'zero-base': { zh: '上年为0', en: 'zero base' }, 'no-base': { zh: '不可比', en: 'no base' } };

export function figures(yearText: string, asOf: string | undefined, terminal: Terminal): Promise<number> {
  const year = yearOf(yearText);
  const at = instantOf(asOf);
  return withSession('ports', async ({ ports }) => {
    const found = await ports.reporting.figures(year, at);
    const output: FiguresOutput = { year, asOf: found.asOf, figures: found.figures.map((figure) => outputOf(figure, terminal.language)) };
    terminal.result(output, () =>
      terminal.table(
        [
          { zh: '指标', en: 'figure' },
          { zh: '名称', en: 'label' },
          { zh: '本年', en: 'value' },
          { zh: '上年', en: 'previous' },
          { zh: '同比%', en: 'change %' },
        ],
        output.figures.map(({ id, label, value, previous, change, changeNote }) => [
          id,
          label,
          value,
          previous,
          changeNote === null ? change : terminal.pick(NOTES[changeNote as keyof typeof NOTES]),
        ]),
      ),
    );
    return EXIT.done;
  });
}

const outputOf = (
  { id, label, value, unit, previous, change, changeNote, direction, indicator, version }: Figure,
  language: Language,
): FigureOutput => ({
  id,
  label: label[language],
  value,
  unit: UNITS[unit][language],
  previous,
  change,
  changeNote,
  direction,
  indicator,
  version,
});

export function trace(figure: string, yearText: string, asOf: string | undefined, bytes: boolean, terminal: Terminal): Promise<number> {
  const year = yearOf(yearText);
  const at = instantOf(asOf);
  return withSession('ports', async ({ ports }) => {
    const found = await ports.reporting.trace(figure, year, at);
    if (found === null) throw new Misuse(`没有这个指标 / there is no figure ${figure}; fengsui figures --year ${year}`);
    const origins = new Map(
      (await ports.intake.originsOf([...new Set(found.facts.flatMap((fact) => fact.origins))])).map((origin) => [origin.eventId, origin]),
    );
    const facts: TraceOutput['facts'][number][] = [];
    for (const { origins: from, ...fact } of found.facts) {
      const origin = from.map((event) => origins.get(event)).find((one) => one !== undefined);
      const source = origin === undefined ? null : { door: origin.door, name: origin.name, place: origin.place, sha256: origin.sha256 };
      facts.push({
        ...fact,
        source,
        ...(bytes && origin !== undefined ? { bytes: (await ports.intake.bytesOf(origin)).toString('utf8') } : {}),
      });
    }
    const output: TraceOutput = { figure, value: found.value, method: found.method, of: found.of === null ? null : [...found.of], facts };
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
              fact.occurredAt,
              fact.recordedAt,
              fact.measure,
              fact.source === null ? null : `${fact.source.name}, ${fact.source.place}`,
            ]),
        ),
        ...(facts.length > 20
          ? [terminal.pick({ zh: `……共${facts.length}条，加 --json 全部列出`, en: `… ${facts.length} in all, listed with --json` })]
          : []),
      ].join('\n'),
    );
    return EXIT.done;
  });
}

export function report(yearText: string, asOf: string | undefined, file: string, terminal: Terminal): Promise<number> {
  const year = yearOf(yearText);
  const at = instantOf(asOf);
  return withSession('ports', async ({ ports }) => {
    const output = await writeReport(ports, year, at, file);
    terminal.result(output, () =>
      terminal.pick({
        zh: `已写入 ${output.file}（数据截至 ${output.asOf}，${output.figures}项数字）`,
        en: `written: ${output.file} (as of ${output.asOf}, ${output.figures} figures)`,
      }),
    );
    return EXIT.done;
  });
}

export async function writeReport({ summaries }: Ports, year: number, at: UtcInstant | null, file: string): Promise<ReportOutput> {
  const summary = await summaries.make(year, at);
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, summary.bytes);
  return { file: path.resolve(file), year, asOf: summary.asOf, figures: summary.figures, sha256: summary.sha256 };
}

function yearOf(text: string): number {
  if (!/^\d{4}$/.test(text)) throw new Misuse(`--year ${text}: 四位年份 / four digits are expected`);
  return Number(text);
}

function instantOf(text: string | undefined): UtcInstant | null {
  if (text === undefined) return null;
  if (Number.isNaN(Date.parse(text))) throw new Misuse(`--as-of ${text}: 2021-01-22T08:30:00+08:00`);
  return utc(text);
}
