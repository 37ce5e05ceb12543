import { minutesBetween } from '@fengsui/contracts';
import type { CommandOf } from '../command.js';
import { urlsOf } from '@fengsui/intake';
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
      url: urlsOf({ url }).join(' '),
      schedule,
      silentAfterMinutes,
      ...(states.find((state) => state.name === name) ?? {
        heardAt: null,
        silentSince: null,
        failures: 0,
        lastError: null,
        unknown: 0,
        seen: [],
        gaps: [],
      }),
    }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '数据源', en: 'source' },
          { zh: '最近应答', en: 'last heard' },
          { zh: '中断自', en: 'silent since' },
          { zh: '连续失败', en: 'failures' },
          { zh: '最新数据', en: 'newest' },
          { zh: '时延 分', en: 'delay min' },
          { zh: '本轮条数', en: 'of that pass' },
          { zh: '不认识', en: 'unknown' },
          { zh: '缺口', en: 'gaps' },
          { zh: '最近错误', en: 'last error' },
        ],
        rows.flatMap(({ name, heardAt, silentSince, failures, lastError, unknown, seen, gaps }) => {
          const missed = gaps.filter(({ state }) => state !== 'refilled').length;
          const each = seen.length === 0 ? [null] : seen;
          return each.map((one, n) => [
            one === null || one.satellite === '' ? name : `${name} ${one.satellite}`,
            when(heardAt),
            when(silentSince),
            failures,
            when(one?.newestAt ?? null),
            one === null ? null : Math.round(minutesBetween(one.newestAt, one.receivedAt)),
            one?.passRows ?? null,
            n === 0 ? unknown : null,
            n === 0
              ? missed === 0
                ? gaps.length
                : `${gaps.length} (${terminal.pick({ zh: '未补', en: 'not refilled' })} ${missed})`
              : null,
            n === 0 ? lastError : null,
          ]);
        }),
      ),
    );
    return EXIT.done;
  });
}
