import { textOf, wordOf, type CommandOf } from '../command.js';
import { gradeTable } from '../replay/stage-table.js';
import { EXIT, type Said } from '../terminal.js';

const WHY: Readonly<Record<string, Said>> = {
  'no-stage': { zh: '没有水位', en: 'no stage' },
  'no-thresholds': { zh: '没有阈值', en: 'no thresholds' },
  'thresholds-not-in-order': { zh: '阈值为零或次序不对', en: 'thresholds of 0, or not in order' },
  'no-status': { zh: '未写状态', en: 'no status' },
};

/** A table of stages against the thresholds that it carries: what it states, and what follows from them. */
export const REPLAY_STAGES_COMMAND: CommandOf = {
  name: 'replay stages',
  about: { zh: '以表中阈值检验其水位分级', en: 'hold the status of a table of stages against its own thresholds' },
  example: 'replay stages river-levels.csv --stage water_level',
  words: [{ name: '<file>', about: { zh: 'CSV', en: 'CSV' } }],
  options: [
    { flags: '--stage <column>', about: { zh: '水位列', en: 'column of the stage' }, preset: 'water_level' },
    { flags: '--alert <column>', about: { zh: '警戒列', en: 'column of the alert stage' }, preset: 'alert_level' },
    {
      flags: '--minor <column>',
      about: { zh: '小洪水列', en: 'column of a minor flood' },
      preset: 'minor_flood_level',
    },
    {
      flags: '--major <column>',
      about: { zh: '大洪水列', en: 'column of a major flood' },
      preset: 'major_flood_level',
    },
    { flags: '--status <column>', about: { zh: '状态列', en: 'column of the status' }, preset: 'status' },
  ],
  run: (typed, terminal) => {
    const column = (name: string): string => textOf(typed, name) ?? '';
    const found = gradeTable(wordOf(typed, 0), {
      stage: column('stage'),
      alert: column('alert'),
      minor: column('minor'),
      major: column('major'),
      status: column('status'),
    });
    terminal.result(found, () =>
      [
        terminal.pick({
          zh: `${found.rows}行：${found.agree}行一致，${found.differ.length}行不一致`,
          en: `${found.rows} rows: ${found.agree} agree, ${found.differ.length} differ`,
        }),
        terminal.table(
          [
            { zh: '不能分级的原因', en: 'cannot be graded because' },
            { zh: '行数', en: 'rows' },
          ],
          Object.entries(found.ungradable).map(([why, rows]) => [terminal.pick(WHY[why] as Said), rows]),
        ),
        ...found.differ.slice(0, 50).map(({ row, stated, graded }) => `${row}: ${stated} ≠ ${graded}`),
      ].join('\n'),
    );
    return Promise.resolve(EXIT.done);
  },
};
