import { MU_PER_HA, utc, VERDICT_IN_CHINESE, VERDICTS, type UtcInstant, type Verdict } from '@fengsui/contracts';
import type { DetectionView, FireView, WildfireView } from '@fengsui/wildfire';
import { flagOf, textOf, wordOf, type CommandOf, type OptionOf, type Typed } from '../command.js';
import { withSession, type Session } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { state, tableOfLast, type Column } from './listing.js';
import { spanOf, YEAR, yearOf } from './period.js';
import {
  DETECTION_COLUMNS,
  detectionFeature,
  FIRE_COLUMNS,
  fireFeature,
  spreadFeature,
  writeCsv,
  writeGeoJson,
} from './wildfire-files.js';

const FILTERS: readonly OptionOf[] = [
  { flags: '--county <code>', about: { zh: '县区代码', en: 'county, GB/T 2260' } },
  { flags: '--verdict <verdict>', about: { zh: '核查结果', en: 'verdict' }, choices: [...VERDICTS] },
  { flags: '--from <instant>', about: { zh: '自', en: 'seen from' } },
  { flags: '--until <instant>', about: { zh: '至', en: 'seen before' } },
];
const FILES: readonly OptionOf[] = [
  { flags: '--csv <file>', about: { zh: '写成 CSV', en: 'write CSV' } },
  { flags: '--geojson <file>', about: { zh: '写成 GeoJSON（WGS-84）', en: 'write GeoJSON, WGS-84' } },
];

export const WILDFIRES_COMMAND: CommandOf = {
  name: 'wildfires',
  about: { zh: '待核查和已核查的火情', en: 'fires to verify and judged' },
  example: 'wildfires --open',
  options: [{ flags: '--open', about: { zh: '只列未结的', en: 'only what is open' } }, ...FILTERS, ...FILES],
  run: (typed, terminal) =>
    withSession('ports', async (session) => {
      const fires = await session.ports.wildfire.wildfires({ open: flagOf(typed, 'open'), ...wantedOf(typed) });
      writeCsv(textOf(typed, 'csv'), FIRE_COLUMNS, fires);
      writeGeoJson(textOf(typed, 'geojson'), fires.map(fireFeature));
      terminal.result(fires, () => tableOfLast(fires, fireColumns, terminal, session));
      return EXIT.done;
    }),
};

const fireColumns: readonly Column<WildfireView>[] = [
  [{ zh: '编号', en: 'fire' }, ({ id }: WildfireView) => id],
  [
    { zh: '状态', en: 'state' },
    (fire: WildfireView, terminal: Terminal) =>
      state(terminal, fire.phase === null || fire.state !== 'judged' ? fire.state : fire.phase),
  ],
  [
    { zh: '县区', en: 'county' },
    ({ county }: WildfireView, _: Terminal, { plans }: Session) => plans.wildfire.counties.nameOf(county),
  ],
  [{ zh: '首见', en: 'first seen' }, ({ firstSeenAt }: WildfireView) => when(firstSeenAt)],
  [{ zh: '迹象', en: 'signs' }, ({ signs }: WildfireView) => signs],
  [{ zh: '核查限时', en: 'due' }, ({ dueAt, asked }: WildfireView) => (asked === 0 ? null : when(dueAt))],
  [{ zh: '结论', en: 'verdict' }, ({ verdict }: WildfireView, terminal: Terminal) => verdictIn(terminal, verdict)],
];

/** Hotspots and reports, and what wildfire knows of one fire and of itself. */
export const WILDFIRE_COMMANDS: readonly CommandOf[] = [
  {
    name: 'wildfires show',
    about: { zh: '一起火情的全过程：迹象、归属、结论、范围', en: 'one fire as it went: signs, verdicts, spread' },
    example: 'wildfires show 441881-20201202-01',
    words: [{ name: '<fire>' }],
    options: [
      { flags: '--geojson <file>', about: { zh: '热点与各次范围写成 GeoJSON', en: 'signs and spread as GeoJSON' } },
    ],
    run: (typed, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const id = wordOf(typed, 0);
        const fire = await ports.wildfire.fire(id);
        if (fire === null) throw new Misuse(`没有火情 ${id} / there is no fire ${id}`);
        const calls = await ports.duty.callsAbout(id);
        writeGeoJson(textOf(typed, 'geojson'), [
          ...fire.detections.map(detectionFeature),
          ...fire.spread.map(spreadFeature),
        ]);
        terminal.result({ ...fire, calls }, () =>
          inWords(
            fire,
            calls.map(({ id: call, state: is }) => `${call} ${state(terminal, is)}`),
            {
              terminal,
              county: plans.wildfire.counties.nameOf(fire.county),
            },
          ),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'wildfires accuracy',
    about: { zh: '热点核查成效：按月、县区、来源', en: 'how good what was seen was, by month, county and source' },
    example: 'wildfires accuracy --year 2020',
    options: [{ ...YEAR, required: true }],
    run: (typed, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const year = yearOf(textOf(typed, 'year'));
        const [from, until] = [year, year + 1].map((one) => utc(`${one}-01-01T00:00:00+08:00`)) as [
          UtcInstant,
          UtcInstant,
        ];
        const found = await ports.wildfire.accuracy({ from, until });
        const mark = (value: number | null): string | null => (value === null ? null : value.toFixed(0));
        terminal.result(found, () =>
          terminal.table(
            [
              { zh: '月', en: 'month' },
              { zh: '县区', en: 'county' },
              { zh: '来源', en: 'source' },
              { zh: '下达', en: 'raised' },
              { zh: '森林草原火灾', en: 'confirmed' },
              { zh: '其他火', en: 'other fires' },
              { zh: '非火', en: 'no fire' },
              { zh: '未反馈', en: 'unjudged' },
              { zh: '漏报', en: 'missed' },
              { zh: '按时', en: 'in time' },
              { zh: '发现到发布（分）', en: 'seen to published, min' },
              { zh: '发布到收到（分）', en: 'published to received, min' },
              { zh: '发现到收到（分）', en: 'seen to received, min' },
              { zh: '收到到反馈（分）', en: 'received to judged, min' },
            ],
            found.map((row) => [
              row.month,
              plans.wildfire.counties.nameOf(row.county),
              row.source,
              row.raised,
              row.confirmed,
              row.otherFires,
              row.falseAlarms,
              row.unjudged,
              row.missed,
              row.inTime,
              mark(row.seenToPublished),
              mark(row.publishedToReceived),
              mark(row.seenToReceived),
              mark(row.receivedToJudged),
            ]),
          ),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'detections',
    about: { zh: '卫星热点和群众报警', en: 'hotspots and reports' },
    example: 'detections --county 441881 --csv hotspots.csv',
    options: [
      ...FILTERS,
      { flags: '--satellite <name>', about: { zh: '卫星', en: 'satellite' } },
      {
        flags: '--neighbour <name>',
        about: { zh: '只列该邻市境内的', en: 'only those in the area of this neighbour' },
      },
      { flags: '--outside', about: { zh: '只列市界外的（通报邻市）', en: 'only those outside of the city' } },
      ...FILES,
    ],
    run: (typed, terminal) =>
      withSession('ports', async (session) => {
        const { ports } = session;
        const wanted = {
          satellite: textOf(typed, 'satellite'),
          neighbour: textOf(typed, 'neighbour'),
          ...(flagOf(typed, 'outside') ? { outside: true } : {}),
        };
        const found = await ports.wildfire.detections({ ...wantedOf(typed), ...wanted });
        const passes = await ports.wildfire.passes();
        writeCsv(textOf(typed, 'csv'), DETECTION_COLUMNS, found);
        writeGeoJson(textOf(typed, 'geojson'), found.map(detectionFeature));
        const last = passes.map(({ satellite, at, inside }) => {
          const what =
            inside === 0 ? { zh: '本市无热点', en: 'no heat here' } : { zh: `本市${inside}个`, en: `${inside} here` };
          return `${satellite} ${at === null ? '-' : when(at)} ${terminal.pick(what)}`;
        });
        const seen =
          last.length === 0
            ? terminal.pick({ zh: '尚未收到任何过境资料', en: 'nothing of any pass has come yet' })
            : last.join('; ');
        terminal.result(
          found,
          () =>
            `${tableOfLast(found.toReversed(), detectionColumns, terminal, session)}\n${terminal.pick({ zh: '最近过境', en: 'last passes' })}: ${seen}`,
        );
        return EXIT.done;
      }),
  },
];

const detectionColumns: readonly Column<DetectionView>[] = [
  [{ zh: '时间', en: 'seen' }, ({ at }: DetectionView) => when(at)],
  [{ zh: '来源', en: 'source' }, ({ source, by }: DetectionView) => source ?? by],
  [
    { zh: '位置', en: 'place' },
    ({ latitude, longitude }: DetectionView) =>
      latitude === null || longitude === null ? null : `${latitude.toFixed(4)},${longitude.toFixed(4)}`,
  ],
  [
    { zh: '县区', en: 'county' },
    ({ county, neighbour, borderKm, borderBearing }: DetectionView, terminal: Terminal, { plans }: Session) =>
      county !== null
        ? plans.wildfire.counties.nameOf(county)
        : terminal.pick({
            zh: `${neighbour ?? '市外'}${(borderKm ?? 0).toFixed(1)}公里，市界在${Math.round(borderBearing ?? 0)}°`,
            en: `${neighbour ?? 'outside'} by ${(borderKm ?? 0).toFixed(1)} km, border at ${Math.round(borderBearing ?? 0)}°`,
          }),
  ],
  [{ zh: '功率兆瓦', en: 'FRP, MW' }, ({ frpMw }: DetectionView) => frpMw],
  [{ zh: '置信度', en: 'confidence' }, ({ confidence }: DetectionView) => confidence],
  [{ zh: '火情', en: 'fire' }, ({ fire }: DetectionView) => fire],
  [{ zh: '结论', en: 'verdict' }, ({ verdict }: DetectionView, terminal: Terminal) => verdictIn(terminal, verdict)],
];

const verdictIn = (terminal: Terminal, verdict: string | null): string | null =>
  verdict === null ? null : terminal.pick({ zh: VERDICT_IN_CHINESE[verdict as Verdict], en: verdict });

const wantedOf = (typed: Typed) => ({
  county: textOf(typed, 'county'),
  verdict: textOf(typed, 'verdict'),
  ...spanOf(typed),
});

function inWords(
  fire: FireView,
  calls: readonly string[],
  { terminal, county }: Readonly<{ terminal: Terminal; county: string }>,
): string {
  const ha = (value: number): string => `${value.toFixed(1)}公顷(${(value * MU_PER_HA).toFixed(0)}亩)`;
  const last = fire.spread.at(-1);
  return [
    `${fire.id} ${county} ${state(terminal, fire.state)} ${fire.phase === null ? '' : state(terminal, fire.phase)} ${fire.reason}`,
    ...fire.detections
      .toReversed()
      .map(({ at, source, by, frpMw, confidence, latitude, longitude }) =>
        `  ${when(at)} ${source ?? by} ${latitude ?? '-'},${longitude ?? '-'} ${frpMw === null ? '' : `${frpMw}MW`} ${confidence ?? ''}`.trimEnd(),
      ),
    ...fire.verdicts.map(({ at, verdict, decidedBy, grade, reason }) =>
      `  ${when(at)} ${verdictIn(terminal, verdict)} ${decidedBy}${grade === null ? '' : ` ${grade}`} ${reason}`.trimEnd(),
    ),
    ...(last === undefined
      ? []
      : [
          `  ${terminal.pick({ zh: `热点所及范围 ${ha(last.atLeastHa)} 至 ${ha(last.atMostHa)}，非受害面积`, en: `heat was seen over ${last.atLeastHa.toFixed(1)} to ${last.atMostHa.toFixed(1)} ha; no damaged area` })}`,
        ]),
    ...calls.map((call) => `  ${terminal.pick({ zh: '叫应', en: 'call' })} ${call}`),
  ].join('\n');
}
