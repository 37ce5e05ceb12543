import { addMinutes, utc, type IncidentV1, type UtcInstant } from '@fengsui/contracts';
import { datesOf, lines, MARK, plusDays, wall, clockTime, type Delivery } from './delivery.js';
import { gradeOfReport, type IncidentClock } from '@fengsui/rules';
import { fulfilled } from './obligations-kept.js';
import type { Random } from './random.js';
import { TARGETS, type DemonstrationYear } from './targets.js';

const COUNTIES = ['441802', '441803', '441821', '441823', '441825', '441826', '441881', '441882'];
const PLACES = ['国道', '省道', '园区', '工地', '厂区', '镇区', '村道', '码头'];

type Data = IncidentV1['data'];
type Report = Readonly<{ type: 'incident.v1'; occurredAt: UtcInstant; data: Data }>;
/** An incident as it ended; its reports are made of it. */
type Story = Readonly<{
  id: string;
  happenedAt: UtcInstant;
  category: Data['category'];
  productionRelated: boolean;
  industry: Data['industry'];
  deaths: number;
  injuries: number;
  economicLossYuan: number | null;
  propertyLossYuan: number | null;
  county: string;
}>;

/**
 * Accidents and fires of a year, with follow-ups that change casualties inside and outside the window, and a
 * write-off.
 */
export function incidentsOf(year: DemonstrationYear, clocks: readonly IncidentClock[], random: Random): Delivery[] {
  const reports = [...accidentStories(year, random), ...fireStories(year, random)].flatMap((story, index) =>
    reportsOf(story, index, random),
  );
  reports.push(...writtenOff(year, random));
  return [...byDay(year, reports), ...reportedUp(reports, clocks)];
}

/** What a report of an accident makes the bureau report up, each in time; a follow-up half a day after the last. */
function reportedUp(reports: readonly Report[], clocks: readonly IncidentClock[]): Delivery[] {
  const graded = reports.filter(({ data }) => clocks.some(({ grade }) => grade === gradeOfReport(data)));
  const ids = [...new Set(graded.map(({ data }) => data.incidentId))];
  return ids.flatMap((id) => {
    const since = graded.find(({ data }) => data.incidentId === id);
    const own = reports.filter(({ data }) => data.incidentId === id && data.reportNo >= (since?.data.reportNo ?? 1));
    return own.flatMap((report, n) => {
      const at = wall(dayOfFile(report), '20:00');
      const first = ['incident-by-word', 'incident-in-writing'].map((kind) =>
        fulfilled(addMinutes(at, 20), `${kind}/${id}`),
      );
      const over = report.data.stage === 'final' || report.data.stage === 'write-off';
      return [
        ...(n === 0 ? first : []),
        ...(over ? [] : [fulfilled(addMinutes(at, 12 * 60), `incident-follow-up/${id}/${n + 1}`)]),
      ];
    });
  });
}

/** The evening on which a report is sent: what comes after 20:00 is in the next one's file. */
const dayOfFile = ({ occurredAt }: Report): string =>
  new Date(Date.parse(occurredAt) + 8 * 3_600_000 + 4 * 3_600_000).toISOString().slice(0, 10);

/** One file a day in the evening, as a county's clerk would send them. */
function byDay(year: number, reports: readonly Report[]): Delivery[] {
  const days = new Map<string, Report[]>();
  for (const report of reports) {
    const day = dayOfFile(report);
    days.set(day, [...(days.get(day) ?? []), report]);
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, list]) =>
      lines(
        wall(day, '20:00'),
        `incidents-${year}`,
        list.sort((a, b) =>
          `${a.data.incidentId} ${a.data.reportNo}` < `${b.data.incidentId} ${b.data.reportNo}` ? -1 : 1,
        ),
      ),
    );
}

function accidentStories(year: DemonstrationYear, random: Random): Story[] {
  const { accidents, injuries, lossYuan, largerRoad } = TARGETS[year];
  const kinds = Object.entries(accidents) as [Data['industry'], readonly [number, number]][];
  const deaths = kinds.flatMap(([industry, [count, total]]) => {
    const larger = industry === 'road-transport' ? largerRoad.productionRelated : [];
    const rest = deathsAmong(count - larger.length, total - larger.reduce((a: number, b) => a + b, 0));
    return [...larger, ...rest].map((deaths) => ({ industry, deaths }));
  });
  // Where nobody died somebody was hurt: else, with so little loss, it would be outside of the statistics.
  const hurt = deaths.map((one) => (one.deaths === 0 ? 1 : 0));
  const others = random.split(injuries - hurt.reduce((a: number, b) => a + b, 0), deaths.length);
  const losses = random.split(lossYuan / 1_000, deaths.length, 20).map((thousands) => thousands * 1_000);
  const stories = deaths.map(({ industry, deaths }, index) =>
    story(random, year, `A${String(index + 1).padStart(4, '0')}`, {
      category: industry === 'road-transport' ? 'road-accident' : 'work-accident',
      productionRelated: true,
      industry,
      deaths,
      injuries: (hurt[index] ?? 0) + (others[index] ?? 0),
      economicLossYuan: losses[index] ?? 0,
      propertyLossYuan: null,
    }),
  );
  const privateRoad = [...largerRoad.other, ...Array.from({ length: 120 }, () => random.whole(0, 1))].map(
    (deaths, index) =>
      story(random, year, `R${String(index + 1).padStart(4, '0')}`, {
        category: 'road-accident',
        productionRelated: false,
        industry: 'other',
        deaths,
        injuries: random.whole(0, 3),
        economicLossYuan: random.whole(5, 90) * 1_000,
        propertyLossYuan: null,
      }),
  );
  return [...stories, ...privateRoad];
}

/** General accidents: none with more than two deaths. */
function deathsAmong(count: number, total: number): number[] {
  const twos = Math.max(0, total - count);
  return Array.from({ length: count }, (_, index) => (index < twos ? 2 : index < total - twos ? 1 : 0));
}

function fireStories(year: DemonstrationYear, random: Random): Story[] {
  const { count, deaths, injuries, lossYuan } = TARGETS[year].fires;
  const losses = random.split(lossYuan / 100, count, 2).map((hundreds) => hundreds * 100);
  return losses.map((propertyLossYuan, index) =>
    story(random, year, `F${String(index + 1).padStart(4, '0')}`, {
      category: 'fire',
      productionRelated: false,
      industry: 'other',
      deaths: index < deaths ? 1 : 0,
      injuries: index >= 10 && index < 10 + injuries ? 1 : 0,
      economicLossYuan: null,
      propertyLossYuan,
    }),
  );
}

function story(random: Random, year: number, number: string, rest: Omit<Story, 'id' | 'happenedAt' | 'county'>): Story {
  return {
    id: `DEMO-${year}-${number}`,
    happenedAt: wall(random.pick(datesOf(year)), clockTime(random.whole(0, 1_439))),
    county: random.pick(COUNTIES),
    ...rest,
  };
}

/** First report within hours; for some, figures that change afterwards. */
function reportsOf(story: Story, index: number, random: Random): Report[] {
  const firstAt = addMinutes(story.happenedAt, random.whole(30, 180));
  const late = index % 9 === 0 && story.deaths > 0 && story.category !== 'fire';
  const unstated = story.category === 'fire' && index % 2 === 0;
  const first = report(
    story,
    { reportNo: 1, stage: 'first', occurredAt: firstAt },
    late ? { deaths: story.deaths - 1, injuries: story.injuries + 1 } : unstated ? { propertyLossYuan: null } : {},
    random,
  );
  if (unstated)
    return [
      first,
      report(
        story,
        { reportNo: 2, stage: 'final', occurredAt: addMinutes(story.happenedAt, random.whole(1, 6) * 1_440) },
        {},
        random,
      ),
    ];
  if (!late) return [first];
  // An injured person died: within 7 days on the road, within 30 elsewhere.
  const window = story.category === 'road-accident' ? 6 : 25;
  const died = report(
    story,
    { reportNo: 2, stage: 'follow-up', occurredAt: addMinutes(story.happenedAt, random.whole(1, window) * 1_440) },
    {},
    random,
  );
  // Every other one has a death after the window, which is kept and does not count.
  const outside = index % 18 === 0 && story.industry !== 'commerce-manufacturing';
  const afterwards = addMinutes(story.happenedAt, (story.category === 'road-accident' ? 9 : 35) * 1_440);
  return outside && afterwards < LAST_REPORT
    ? [
        first,
        died,
        report(
          story,
          { reportNo: 3, stage: 'follow-up', occurredAt: afterwards },
          { deaths: story.deaths + 1 },
          random,
        ),
      ]
    : [first, died];
}

/** The demonstration ends before; what would be reported later is left out. */
const LAST_REPORT = utc('2021-01-20T00:00:00.000Z');

/** Reported as an accident at work, found to be an illness, and written off 核销. */
function writtenOff(year: DemonstrationYear, random: Random): Report[] {
  const one = story(random, year, 'W0001', {
    category: 'work-accident',
    productionRelated: true,
    industry: 'construction',
    deaths: 1,
    injuries: 0,
    economicLossYuan: 0,
    propertyLossYuan: null,
  });
  const happenedAt = wall(plusDays(`${year}-03-01`, random.whole(0, 200)), '10:20');
  const here = { ...one, happenedAt };
  return [
    report(here, { reportNo: 1, stage: 'first', occurredAt: addMinutes(happenedAt, 60) }, {}, random),
    report(here, { reportNo: 2, stage: 'write-off', occurredAt: addMinutes(happenedAt, 12 * 1_440) }, {}, random),
  ];
}

function report(
  story: Story,
  { reportNo, stage, occurredAt }: Readonly<{ reportNo: number; stage: Data['stage']; occurredAt: UtcInstant }>,
  changed: Partial<Data>,
  random: Random,
): Report {
  const { id, ...facts } = story;
  return {
    type: 'incident.v1',
    occurredAt,
    data: {
      incidentId: id,
      reportNo,
      stage,
      ...facts,
      place: `某${PLACES[Number(id.slice(-2)) % PLACES.length]}`,
      latitude: null,
      longitude: null,
      missing: 0,
      seriousInjuries: Math.min(facts.injuries, 1),
      text: `${MARK}${{ first: '初报', 'follow-up': '续报', final: '终报', 'write-off': '核销：经查不属于生产安全事故' }[stage]}(${random.whole(1, 99)})`,
      ...changed,
    },
  };
}
