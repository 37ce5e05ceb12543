import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Said, type Terminal } from '../terminal.js';

const STATES: Readonly<Record<string, Said>> = {
  fresh: { zh: '正常', en: 'fresh' },
  stale: { zh: '过时', en: 'stale' },
  silent: { zh: '无水位', en: 'no stage' },
  unknown: { zh: '预案未列', en: 'not in the plan' },
};

export const GAUGES_COMMAND: CommandOf = {
  name: 'gauges',
  about: {
    zh: '测站：最新水位、存疑值、预案未列的站',
    en: 'gauges: newest stage, doubtful ones, stations not in the plan',
  },
  example: 'gauges',
  run: (_, terminal) => gauges(terminal),
};

/** Every gauge of the plan, then the stations that send and are in no plan. */
function gauges(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const known = await ports.response.gauges();
    const unknown = (await ports.intake.unknown()).filter(({ kind }) => kind === 'station');
    const rows = [
      ...known,
      ...unknown.map(({ name, actor, lastAt, records, near }) => ({
        station: name,
        state: 'unknown' as const,
        actor,
        lastAt,
        records,
        near,
      })),
    ];
    const table = terminal.table(
      [
        { zh: '测站', en: 'station' },
        { zh: '名称', en: 'name' },
        { zh: '县区', en: 'county' },
        { zh: '状态', en: 'state' },
        { zh: '时间', en: 'at' },
        { zh: '水位 m', en: 'stage m' },
        { zh: '超警 m', en: 'above warning m' },
        { zh: '存疑', en: 'doubtful' },
      ],
      known.map(({ station, name, county, state, at, stageM, aboveWarningM, doubtful }) => [
        station,
        name,
        plans.response.counties.nameOf(county),
        terminal.pick(STATES[state] as Said),
        when(at),
        stageM,
        aboveWarningM,
        doubtful === null ? null : `${doubtful.stageM} (${when(doubtful.at)})`,
      ]),
    );
    const strangers = terminal.table(
      [
        { zh: '预案未列的站', en: 'not in the plan' },
        { zh: '来自', en: 'from' },
        { zh: '最近', en: 'last' },
        { zh: '条数', en: 'records' },
        { zh: '相近的站', en: 'written like' },
      ],
      unknown.map(({ name, actor, lastAt, records, near }) => [name, actor, when(lastAt), records, near.join(', ')]),
    );
    terminal.result(rows, () => (unknown.length === 0 ? table : `${table}\n${strangers}`));
    return EXIT.done;
  });
}
