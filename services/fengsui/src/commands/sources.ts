import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';

export const SOURCES_COMMAND: CommandOf = {
  name: 'sources',
  about: { zh: '定时抓取的数据源及其状态', en: 'polled sources and their state' },
  example: 'sources',
  run: (_, terminal) => sources(terminal),
};

/** The sources that are polled, and when they last answered. */
function sources(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const states = await ports.intake.sources();
    const rows = plans.intake.sources.map(({ name, url, schedule, silentAfterMinutes }) => ({
      name,
      url,
      schedule,
      silentAfterMinutes,
      ...(states.find((state) => state.name === name) ?? {
        heardAt: null,
        silentSince: null,
        failures: 0,
        lastError: null,
      }),
    }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '数据源', en: 'source' },
          { zh: '最近应答', en: 'last heard' },
          { zh: '中断自', en: 'silent since' },
          { zh: '连续失败', en: 'failures' },
          { zh: '最近错误', en: 'last error' },
        ],
        rows.map(({ name, heardAt, silentSince, failures, lastError }) => [
          name,
          when(heardAt),
          when(silentSince),
          failures,
          lastError,
        ]),
      ),
    );
    return EXIT.done;
  });
}
