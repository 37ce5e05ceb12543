import type { HeatMaskView } from '@fengsui/wildfire';
import { textOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';

/** Places at which heat is no fire, and what hiding them would have done to the fires of the past. */
export const HEAT_MASK_COMMAND: CommandOf = {
  name: 'wildfires mask',
  about: { zh: '热源底图：各版本、各处热源及回放', en: 'the mask of standing heat: versions, places, replay' },
  example: 'wildfires mask --of 3',
  options: [{ flags: '--of <version>', about: { zh: '第几版，不写为全部版本', en: 'this version alone, in full' } }],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports }) => {
      const masks = await ports.wildfire.heatMasks();
      const wanted = textOf(typed, 'of');
      if (wanted === undefined) {
        terminal.result(masks, () => versions(masks, terminal));
        return EXIT.done;
      }
      const mask = masks.find(({ version }) => version === Number(wanted));
      if (mask === undefined) throw new Misuse(`没有第${wanted}版热源底图 / there is no version ${wanted}`);
      terminal.result(mask, () => [places(mask, terminal), weeks(mask, terminal), lost(mask, terminal)].join('\n'));
      return EXIT.done;
    }),
};

const versions = (masks: readonly HeatMaskView[], terminal: Terminal): string =>
  terminal.table(
    [
      { zh: '版本', en: 'version' },
      { zh: '学于', en: 'learnt' },
      { zh: '所据迹象', en: 'signs' },
      { zh: '处', en: 'places' },
      { zh: '回放免派', en: 'left out' },
      { zh: '误掩已确认火情', en: 'fires lost' },
      { zh: '启用', en: 'in force from' },
      { zh: '停用', en: 'until' },
    ],
    masks.map((mask) => [
      mask.version,
      when(mask.learnedAt),
      mask.signs,
      mask.places.length,
      mask.weeks.reduce((sum, { leftOut }) => sum + leftOut, 0),
      mask.lost.length,
      mask.appliedAt === null ? null : when(mask.appliedAt),
      mask.endedAt === null ? null : when(mask.endedAt),
    ]),
  );

const places = (mask: HeatMaskView, terminal: Terminal): string =>
  terminal.table(
    [
      { zh: '号', en: 'n' },
      { zh: '位置', en: 'place' },
      { zh: '依据', en: 'because' },
      { zh: '认定人', en: 'by' },
      { zh: '自', en: 'since' },
      { zh: '至', en: 'until' },
      { zh: '迹象', en: 'signs' },
      { zh: '日', en: 'days' },
      { zh: '夜间', en: 'night' },
      { zh: '功率兆瓦', en: 'FRP, MW' },
      { zh: '类型', en: 'types' },
      { zh: '核查', en: 'verdicts' },
    ],
    mask.places.map((place) => [
      place.n,
      `${place.latitude.toFixed(4)},${place.longitude.toFixed(4)}`,
      terminal.pick(place.because === 'verdict' ? { zh: '核查', en: 'verdict' } : { zh: '反复出现', en: 'recurrence' }),
      place.pinnedBy,
      when(place.since),
      when(place.until),
      place.signs,
      place.days,
      place.nightShare === null ? null : `${Math.round(place.nightShare * 100)}%`,
      place.frpMost === null ? null : `${place.frpLeast}–${place.frpMost}`,
      counts(place.types),
      counts(place.verdicts),
    ]),
  );

const weeks = (mask: HeatMaskView, terminal: Terminal): string =>
  terminal.table(
    [
      { zh: '周（首日）', en: 'week' },
      { zh: '', en: 'side' },
      { zh: '火情', en: 'sets' },
      { zh: '免派', en: 'left out' },
      { zh: '其中已确认', en: 'of them fires' },
    ],
    mask.weeks.map(({ week, side, sets, leftOut, fires }) => [
      week,
      terminal.pick(side === 'west' ? { zh: '西', en: 'west' } : { zh: '东', en: 'east' }),
      sets,
      leftOut,
      fires,
    ]),
  );

const lost = (mask: HeatMaskView, terminal: Terminal): string =>
  mask.lost.length === 0
    ? terminal.pick({ zh: '回放中没有已确认的火情被掩去', en: 'no confirmed fire would have been lost' })
    : `${terminal.pick({ zh: '会被掩去', en: 'lost' })}: ${mask.lost.map(({ fire, event }) => fire ?? event).join(', ')}`;

const counts = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join('; ');
