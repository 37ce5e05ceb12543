import { gradeRank } from '@fengsui/rules';
import { isoWeek, isoWeeksIn } from '../calendar.js';
import type { Figure } from '../views.js';
import type { FactKind } from '../facts/fact-content.js';
import {
  accident,
  answered,
  accidents,
  distinct,
  distinctRecords,
  entered,
  fire,
  forestFire,
  inIndustry,
  mines,
  ratio,
  records,
  roadLarger,
  sum,
  text,
  THREE,
  type Indicator,
} from './indicator.js';
import { OUTSIDE } from './outside.js';
import { RESPONSES } from './responses.js';
import { WATCHING } from './watching.js';

/** The catalogue 指标目录, in the order of the summary. */
export const INDICATORS: readonly Indicator[] = [
  ...accidents(
    { count: 'accidents.count', deaths: 'accidents.deaths' },
    '生产安全事故',
    'production-safety accidents',
    accident,
  ),
  sum(
    text(
      'accidents.injuries',
      '生产安全事故受伤人数',
      'injuries in production-safety accidents',
      'persons',
      'injuries in them, inside the casualty window',
    ),
    'incident',
    (fact) => (accident(fact) ? fact.injuries : 0),
  ),
  sum(
    text(
      'accidents.loss',
      '生产安全事故直接经济损失',
      'direct economic loss of production-safety accidents',
      'yuan',
      'direct economic loss of them',
    ),
    'incident',
    (fact) => (accident(fact) ? fact.economicLossYuan : 0),
  ),
  sum(
    text(
      'accidents.major.count',
      '重大及以上生产安全事故起数',
      'production-safety accidents of grade major or above',
      'count',
      'of them, graded 重大 or above (Decree 493 art. 3)',
    ),
    'incident',
    (fact) => Number(accident(fact) && gradeRank(fact.grade) >= gradeRank('major')),
  ),
  ...accidents(
    { count: 'accidents.road.count', deaths: 'accidents.road.deaths' },
    '道路运输事故',
    'production-safety accidents in road transport',
    inIndustry('road-transport'),
  ),
  ...accidents(
    { count: 'accidents.construction.count', deaths: 'accidents.construction.deaths' },
    '房屋建筑及市政工程事故',
    'production-safety accidents in construction',
    inIndustry('construction'),
  ),
  ...accidents(
    { count: 'accidents.commerce.count', deaths: 'accidents.commerce.deaths' },
    '商贸制造业事故',
    'production-safety accidents in commerce and manufacturing',
    inIndustry('commerce-manufacturing'),
  ),
  ...accidents(
    { count: 'accidents.threeIndustries.count', deaths: 'accidents.threeIndustries.deaths' },
    '三个行业事故',
    'production-safety accidents in the three industries',
    inIndustry(...THREE),
  ),
  ratio(
    text(
      'accidents.threeIndustries.countShare',
      '三个行业事故起数占比',
      'share of the three industries in accidents',
      'percent',
      'accidents of the three industries / all',
    ),
    'accidents.threeIndustries.count',
    'accidents.count',
  ),
  ratio(
    text(
      'accidents.threeIndustries.deathsShare',
      '三个行业死亡人数占比',
      'share of the three industries in deaths',
      'percent',
      'deaths of the three industries / all',
    ),
    'accidents.threeIndustries.deaths',
    'accidents.deaths',
  ),
  ...accidents(
    { count: 'roadAccidents.larger.count', deaths: 'roadAccidents.larger.deaths' },
    '较大道路交通事故',
    'larger road accidents',
    roadLarger,
  ),
  sum(
    text(
      'roadAccidents.larger.productionRelated',
      '较大道路交通事故中生产经营性事故起数',
      'larger road accidents that are production-related',
      'count',
      'of them, production-related',
    ),
    'incident',
    (fact) => Number(roadLarger(fact) && fact.productionRelated),
  ),
  ...OUTSIDE,
  ...accidents({ count: 'fires.count', deaths: 'fires.deaths' }, '火灾', 'fires (not forest fires)', fire),
  sum(text('fires.injuries', '火灾受伤人数', 'injuries in fires', 'persons', 'injuries in them'), 'incident', (fact) =>
    fire(fact) ? fact.injuries : 0,
  ),
  sum(
    text('fires.loss', '火灾直接财产损失', 'direct property loss of fires', 'yuan', 'direct property loss of them'),
    'incident',
    (fact) => (fire(fact) ? fact.propertyLossYuan : 0),
  ),
  sum(
    text(
      'forestFires.count',
      '森林火灾起数',
      'forest fires',
      'count',
      'fires with the verdict forest fire, each once, by the first sign',
    ),
    'fire',
    (fact) => Number(forestFire(fact)),
  ),
  sum(
    text('forestFires.deaths', '森林火灾死亡人数', 'deaths in forest fires', 'persons', 'deaths in them'),
    'fire',
    (fact) => (forestFire(fact) ? fact.deaths : 0),
  ),
  sum(
    text(
      'wildfires.judged',
      '核查反馈火情数',
      'fires to verify that were judged',
      'count',
      'fires to verify with a verdict, by the first sign',
    ),
    'fire',
    () => 1,
    (fact) => fact.verdict,
  ),
  ...WATCHING,
  sum(
    text(
      'response.flood.level4.started',
      '防汛Ⅳ级应急响应启动次数',
      'flood responses entered at level IV',
      'count',
      'orders of the city that enter level IV from no response',
    ),
    'response-change',
    entered('IV'),
  ),
  sum(
    text(
      'response.flood.level3.started',
      '防汛Ⅲ级应急响应启动次数',
      'flood responses entered at level III',
      'count',
      'orders of the city that enter level III from none or from IV; lowering is no start',
    ),
    'response-change',
    entered('III'),
  ),
  ...RESPONSES,
  distinct(
    text(
      'transfers.people',
      '安全转移群众',
      'people moved to safety',
      'persons',
      'over all flood responses, the distinct people moved with evidence; twice in one response counts once',
    ),
    'moved-person',
    ({ episodeId, person }) => `${episodeId}/${person}`,
  ),
  distinct(
    text(
      'transfers.persons',
      '安全转移群众（不重复人数）',
      'persons moved to safety, each once',
      'persons',
      'distinct people moved with evidence; who was moved in two responses of the year counts once',
    ),
    'moved-person',
    ({ person }) => person,
  ),
  sum(
    text(
      'obligations.due',
      '应签收、报告、落实事项数',
      'receipts, reports and steps that were owed',
      'count',
      'receipts, reports and steps of responses and incidents by the time they were due, done or not',
    ),
    'obligation',
    () => 1,
  ),
  sum(
    text(
      'obligations.inTime',
      '按时办结数',
      'of them done in time',
      'count',
      'of them, done by the time they were due',
    ),
    'obligation',
    ({ inTime }) => Number(inTime),
  ),
  ratio(
    text(
      'obligations.inTimeShare',
      '按时办结率',
      'share done in time',
      'percent',
      'receipts, reports and steps done in time / all that were owed',
    ),
    'obligations.inTime',
    'obligations.due',
  ),
  records(text('permits.handled', '行政许可办结数', 'permits handled', 'count', 'permits handled'), (record) =>
    Number(record.kind === 'permit'),
  ),
  records(
    text(
      'permits.online',
      '行政许可网上办结数',
      'permits handled wholly online',
      'count',
      'permits handled wholly online',
    ),
    (record) => Number(record.kind === 'permit' && record.online),
  ),
  ratio(
    text(
      'permits.online.share',
      '行政许可网上全流程办理率',
      'share of permits handled wholly online',
      'percent',
      'permits handled wholly online / permits handled',
    ),
    'permits.online',
    'permits.handled',
  ),
  distinctRecords(
    'inspections.enterprises',
    '指导服务企业数',
    'enterprises visited',
    'distinct enterprises visited',
    (record) => (record.kind === 'safety-visit' ? record.enterpriseId : null),
  ),
  records(text('inspections.visits', '指导服务次数', 'guidance visits', 'count', 'visits'), (record) =>
    Number(record.kind === 'safety-visit'),
  ),
  sum(
    text('hazards.found', '排查一般事故隐患', 'general hazards found', 'count', 'hazards found, general grade'),
    'hazard',
    ({ grade }) => Number(grade === 'general'),
  ),
  sum(
    text(
      'hazards.fixed',
      '已整改一般事故隐患',
      'general hazards fixed',
      'count',
      'of general hazards found in the year, those fixed by asOf',
    ),
    'hazard',
    ({ grade, fixed }) => Number(grade === 'general' && fixed),
  ),
  records(
    text(
      'leaders.inspections',
      '领导带队督导检查次数',
      'inspections led by a leader',
      'count',
      'inspections led by a leader',
    ),
    (record) => Number(record.kind === 'leader-inspection'),
  ),
  distinct(
    text(
      'leaders.inspections.weeksCovered',
      '市领导带队暗访督查覆盖周数',
      'weeks with a city leader’s inspection',
      'weeks',
      'ISO weeks of the year with at least one inspection led by a city leader',
    ),
    'record',
    ({ record, at }) => (record.kind === 'leader-inspection' && record.leaderRank === 'city' ? isoWeek(at).week : null),
    ({ at }) => isoWeek(at).year,
  ),
  {
    ...text('leaders.inspections.weeks', '全年周数', 'weeks of the year', 'weeks', 'ISO 8601 weeks of the year'),
    method: 'constant',
    valueIn: isoWeeksIn,
  },
  distinctRecords(
    'reminders.written',
    '书面提醒地区和部门数',
    'places and departments reminded in writing',
    'distinct places and departments',
    (record) => (record.kind === 'reminder' ? record.recipient : null),
  ),
  distinctRecords(
    'interviews.counties',
    '约谈县（市、区）数',
    'counties called to an interview',
    'distinct counties',
    (record) => (record.kind === 'interview' && record.recipientKind === 'county' ? record.recipient : null),
  ),
  distinctRecords(
    'interviews.departments',
    '约谈部门数',
    'departments called to an interview',
    'distinct departments',
    (record) => (record.kind === 'interview' && record.recipientKind === 'department' ? record.recipient : null),
  ),
  mines('mines.exited', '清理退出地下矿山数', 'exited'),
  mines('mines.closed', '取缔关闭地下矿山数', 'closed'),
  mines('mines.upgraded', '整顿提升地下矿山数', 'upgraded'),
  records(
    text(
      'epidemic.batches',
      '赴基层支援疫情防控批次',
      'batches sent to support epidemic control',
      'count',
      'work records of that kind',
    ),
    (record) => Number(record.kind === 'epidemic-support'),
  ),
  records(
    text(
      'epidemic.volunteers',
      '志愿服务人次',
      'persons serving as volunteers',
      'persons',
      'persons summed over work records',
    ),
    (record) => (record.kind === 'volunteering' ? record.persons : 0),
  ),
  records(text('publicity.events', '宣传活动场次', 'publicity events', 'count', 'events held'), (record) =>
    Number(record.kind === 'publicity'),
  ),
  records(
    text(
      'exams.candidates',
      '特种作业人员考试人次',
      'candidates examined for special operations',
      'persons',
      'candidates summed over examinations',
    ),
    (record) => (record.kind === 'examination' ? record.candidates : 0),
  ),
  records(text('drills.count', '应急演练次数', 'drills', 'count', 'drills held'), (record) =>
    Number(record.kind === 'drill'),
  ),
  records(text('consultations.count', '会商次数', 'consultations', 'count', 'consultations held'), (record) =>
    Number(record.kind === 'consultation'),
  ),
  ...answered(),
  records(
    text('communities.nominated', '申报综合减灾示范社区数', 'communities nominated', 'count', 'communities nominated'),
    (record) => Number(record.kind === 'community-nomination'),
  ),
];

const BY_ID = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));
export const indicatorOf = (id: string): Indicator | null => BY_ID.get(id) ?? null;

/** Indicators that facts of a kind may count for. */
export const indicatorsFor = (kind: FactKind): readonly (Indicator & { method: 'sum' | 'distinct' })[] =>
  COUNTING.get(kind) ?? [];
const COUNTING = grouped();
function grouped(): ReadonlyMap<FactKind, readonly (Indicator & { method: 'sum' | 'distinct' })[]> {
  const kinds = new Map<FactKind, (Indicator & { method: 'sum' | 'distinct' })[]>();
  for (const indicator of INDICATORS)
    if (indicator.method === 'sum' || indicator.method === 'distinct')
      kinds.set(indicator.kind, [...(kinds.get(indicator.kind) ?? []), indicator]);
  return kinds;
}

/** Whether nothing is held of the year of these figures; what the calendar gives is there in every year. */
export const isNothingHeld = (figures: readonly Figure[]): boolean =>
  figures.every(({ id, value }) => value === null || indicatorOf(id)?.method === 'constant');
