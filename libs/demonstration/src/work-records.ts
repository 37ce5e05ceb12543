import type { WorkRecordV1 } from '@fengsui/contracts';
import { clockTime, datesOf, lines, MARK, plusDays, wall, type Delivery } from './delivery.js';
import type { Random } from './random.js';
import { TARGETS, type DemonstrationYear } from './targets.js';
import { NARRATIVES, PLANNED } from './written-by-staff.js';

type Data = WorkRecordV1['data'];
type Measures<K extends Data['kind']> = Omit<
  Extract<Data, { kind: K }>,
  'recordId' | 'county' | 'organ' | 'text' | 'kind'
>;
const COUNTIES = ['441802', '441803', '441821', '441823', '441825', '441826', '441881', '441882'];
const DEPARTMENTS = [
  '住房城乡建设局',
  '交通运输局',
  '工业和信息化局',
  '农业农村局',
  '文化广电旅游体育局',
  '教育局',
  '公安局',
  '消防救援支队',
  '市场监管局',
  '自然资源局',
  '水利局',
  '林业局',
  '生态环境局',
  '卫生健康局',
];

const CHANNELS = ['应急广播', '电视台', '新媒体', '网站', '电梯云屏', '气象平台'];
const DRILLS = ['清西围北江干堤防汛综合演练', '危险化学品泄漏处置演练', '森林火灾扑救演练'];
const CAMPAIGNS = [
  '危险化学品',
  '非煤矿山',
  '消防',
  '道路运输',
  '铁路和邮政',
  '水上交通和渔业船舶',
  '城市建设',
  '工业园区',
  '危险废物',
  '粉尘涉爆',
  '有限空间作业',
  '特种设备',
];

type Targets = (typeof TARGETS)[DemonstrationYear];

/**
 * The work of one year, gathered by day. The order of its calls makes the script: the same seed gives the same
 * records.
 */
class WorkOfYear {
  readonly dates: readonly string[];
  private readonly days = new Map<string, { minute: number; data: Data }[]>();
  private number = 0;

  constructor(
    readonly year: DemonstrationYear,
    readonly city: string,
    readonly random: Random,
  ) {
    this.dates = datesOf(year);
  }

  add<K extends Data['kind']>(
    date: string,
    kind: K,
    measures: Measures<K>,
    text: string,
    county = this.random.pick(COUNTIES),
  ): void {
    this.number += 1;
    const common = {
      recordId: `demo-${this.year}-${String(this.number).padStart(5, '0')}`,
      county,
      organ: `${MARK}市应急管理局`,
      text: `${MARK}${text}`,
    };
    const held = this.days.get(date) ?? [];
    held.push({ minute: 9 * 60 + (held.length % 500), data: { ...common, kind, ...measures } as unknown as Data });
    this.days.set(date, held);
  }

  someDay(from = 0, to = this.dates.length - 1): string {
    return this.dates[this.random.whole(from, to)] as string;
  }

  /** One file a day. */
  deliveries(): Delivery[] {
    const byDay = [...this.days].sort(([a], [b]) => (a < b ? -1 : 1));
    return byDay.map(([date, list]) => {
      const records = list.map(({ minute, data }) => ({
        type: 'work-record.v1' as const,
        occurredAt: wall(date, clockTime(minute)),
        data,
      }));
      return lines(wall(date, '20:00'), `records-${this.year}`, records);
    });
  }
}

/** The bureau's work of a year, one file a day. @param city GB/T 2260 code of the city itself */
export function workRecordsOf(year: DemonstrationYear, city: string, random: Random): Delivery[] {
  const target = TARGETS[year];
  const work = new WorkOfYear(year, city, random);
  visitsAndPermits(work, target);
  leaders(work, target);
  eventsAndExaminations(work, target);
  remindersAndMines(work, target);
  communities(work, target);
  standbyAndTeams(work, target);
  disastersAndRelief(work, target);
  surveysAndTipOffs(work, target);
  if (year === 2020) narratives(work);
  planTasks(work, target);
  return work.deliveries();
}

/** Holidays on duty, rescue teams, experts. */
function standbyAndTeams(work: WorkOfYear, target: Targets): void {
  for (const [holiday, date] of target.holidays)
    work.add(date, 'holiday-duty', { holiday, persons: work.random.whole(60, 140) }, '节假日值班值守', work.city);
  for (const [teamKind, count] of Object.entries(target.teams) as [keyof Targets['teams'], number][])
    for (let i = 0; i < count; i += 1)
      work.add(
        work.someDay(0, 90),
        'rescue-team',
        { teamId: `TEAM-${teamKind}-${i + 1}`, teamKind, persons: work.random.whole(8, 40) },
        '应急救援队伍登记',
      );
  for (let i = 0; i < target.experts; i += 1)
    work.add(
      work.someDay(0, 90),
      'expert',
      {
        expertId: `EXPERT-${i + 1}`,
        field: work.random.pick(['危险化学品', '矿山', '建筑施工', '防汛抗旱', '地质灾害']),
      },
      '应急专家入库',
      work.city,
    );
}

/** What disasters cost, and what was given to whom they hit. */
function disastersAndRelief(work: WorkOfYear, target: Targets): void {
  for (const [disaster, date, affected, collapsedRooms, lossYuan] of target.disasters)
    work.add(date, 'disaster', { disaster, affected, collapsedRooms, lossYuan }, '灾情核定', work.city);
  const kinds = ['emergency', 'winter-spring', 'rebuilding'] as const;
  const persons = work.random.split(target.relief.persons, kinds.length, 100);
  const thousands = work.random.split(target.relief.amountYuan / 1_000, kinds.length, 100);
  kinds.forEach((reliefKind, n) =>
    work.add(
      work.someDay(180, 350),
      'relief',
      { reliefKind, persons: persons[n] as number, amountYuan: (thousands[n] as number) * 1_000 },
      '救灾救助',
      work.city,
    ),
  );
}

/** Risk points surveyed, villages, tip-offs. */
function surveysAndTipOffs(work: WorkOfYear, target: Targets): void {
  for (const [pointKind, count] of Object.entries(target.surveys) as [keyof Targets['surveys'], number][])
    for (let i = 0; i < count; i += 1)
      work.add(work.someDay(30, 120), 'risk-survey', { pointId: `${pointKind}-${i + 1}`, pointKind }, '隐患点排查');
  for (const scope of ['provincial', 'city'] as const)
    for (let i = 0; i < target.villages[scope]; i += 1)
      work.add(
        work.someDay(200, 350),
        'model-village',
        { village: `${work.year}-${scope}-${i + 1}`, scope },
        '“十个有”建设验收',
      );
  const { count, verified, rewardYuan } = target.tipOffs;
  const rewards = work.random.split(rewardYuan / 500, verified, 1);
  for (let i = 0; i < count; i += 1)
    work.add(
      work.someDay(),
      'tip-off',
      { verified: i < verified, rewardYuan: i < verified ? (rewards[i] as number) * 500 : 0 },
      '举报核查',
    );
}

const SECTIONS = [...new Set(PLANNED.map(([section]) => section))];

/** Tasks that were due in the year, and the plan for the next. */
function planTasks(work: WorkOfYear, target: Targets): void {
  for (let i = 0; i < target.planTasks.due; i += 1)
    work.add(
      work.dates[300] as string,
      'plan-task',
      {
        section: SECTIONS[i % SECTIONS.length] as string,
        order: i + 1,
        task: `${work.year}年重点任务第${i + 1}项`,
        owner: '市应急管理局',
        due: work.dates[300] as string,
        isDone: i < target.planTasks.done,
      },
      '年度任务',
      work.city,
    );
  if (work.year !== 2020) return;
  PLANNED.forEach(([section, task, owner, due], index) =>
    work.add(
      '2020-12-28',
      'plan-task',
      { section, order: index + 1, task, owner, due, isDone: false },
      '下一年任务',
      work.city,
    ),
  );
}

/** Guidance visits, hazards found and fixed, permits. */
function visitsAndPermits(work: WorkOfYear, target: Targets): void {
  for (let visit = 0; visit < target.visits; visit += 1)
    work.add(
      work.someDay(),
      'safety-visit',
      { enterpriseId: `ENT-${work.year}-${String(visit % target.enterprises).padStart(4, '0')}` },
      '入企指导服务',
    );
  for (let hazard = 0; hazard < target.hazardsFound; hazard += 1) {
    const found = work.someDay(0, 330);
    const hazardId = `HZ-${work.year}-${String(hazard + 1).padStart(5, '0')}`;
    work.add(
      found,
      'hazard-found',
      {
        hazardId,
        enterpriseId: `ENT-${work.year}-${String(hazard % target.enterprises).padStart(4, '0')}`,
        grade: 'general',
      },
      '排查发现一般事故隐患',
    );
    const fixedOn = plusDays(found, work.random.whole(2, 30));
    if (hazard < target.hazardsFixed) work.add(fixedOn, 'hazard-fixed', { hazardId }, '复查确认隐患已整改');
  }
  for (let permit = 0; permit < target.permits; permit += 1)
    work.add(work.someDay(), 'permit', { online: permit < target.permitsOnline }, '行政许可事项办结', work.city);
}

/** Publicity, examinations, drills, training, consultations, campaigns. */
function eventsAndExaminations(work: WorkOfYear, target: Targets): void {
  for (let i = 0; i < target.publicity; i += 1)
    work.add(
      work.someDay(),
      'publicity',
      { attendance: work.random.whole(60, 900), channel: CHANNELS[i % CHANNELS.length] as string },
      '安全宣传活动',
    );
  work.random
    .split(target.candidates, 48, 50)
    .forEach((candidates) =>
      work.add(
        work.someDay(),
        'examination',
        { candidates, passed: Math.floor(candidates * 0.83) },
        '特种作业人员考试',
        work.city,
      ),
    );
  for (let i = 0; i < target.drills; i += 1)
    work.add(
      work.someDay(),
      'drill',
      { persons: work.random.whole(30, 400), ...(DRILLS[i] === undefined ? {} : { topic: DRILLS[i] }) },
      '应急演练',
    );
  for (let i = 0; i < 30; i += 1)
    work.add(work.someDay(), 'training', { persons: work.random.whole(20, 200) }, '业务培训');
  for (let i = 0; i < target.consultations; i += 1)
    work.add(
      work.someDay(90, 290),
      'consultation',
      { participants: work.random.whole(4, 12), decision: `${MARK}加强值守，滚动研判` },
      '防汛会商',
      work.city,
    );
  for (const topic of CAMPAIGNS) work.add(work.someDay(), 'campaign', { topic }, '专项整治行动', work.city);
}

/** Reminders, interviews, mines. */
function remindersAndMines(work: WorkOfYear, target: Targets): void {
  for (let i = 0; i < target.reminders; i += 1) {
    const county = i < COUNTIES.length;
    work.add(
      work.someDay(120, 300),
      'reminder',
      {
        recipient: county ? (COUNTIES[i] as string) : `市${DEPARTMENTS[i - COUNTIES.length]}`,
        recipientKind: county ? 'county' : 'department',
      },
      '发出提醒函',
      work.city,
    );
  }
  for (let i = 0; i < target.interviewCounties; i += 1)
    work.add(
      work.someDay(200, 330),
      'interview',
      { recipient: COUNTIES[i] as string, recipientKind: 'county' },
      '建筑施工领域安全生产约谈',
      work.city,
    );
  for (let i = 0; i < target.interviewDepartments; i += 1)
    work.add(
      work.someDay(200, 330),
      'interview',
      { recipient: `市${DEPARTMENTS[i]}`, recipientKind: 'department' },
      '建筑施工领域安全生产约谈',
      work.city,
    );
  for (const outcome of ['exited', 'closed', 'upgraded'] as const)
    for (let i = 0; i < target.mines[outcome]; i += 1)
      work.add(
        work.someDay(60, 340),
        'mine-outcome',
        { mineId: `MINE-${work.year}-${outcome}-${i + 1}`, outcome },
        '地下矿山综合整治',
      );
}

/** Communities, epidemic control, voluntary service. */
function communities(work: WorkOfYear, target: Targets): void {
  for (let i = 0; i < target.communities; i += 1)
    work.add(
      work.someDay(200, 340),
      'community-nomination',
      { community: `${MARK}第${i + 1}社区` },
      '申报创建综合减灾示范社区',
    );
  for (let i = 0; i < target.epidemicBatches; i += 1)
    work.add(
      work.someDay(30, 120),
      'epidemic-support',
      { persons: work.random.whole(4, 12) },
      '赴基层支援疫情防控',
      work.city,
    );
  work.random
    .split(target.volunteers, 6, 1)
    .forEach((persons) => work.add(work.someDay(), 'volunteering', { persons }, '社区志愿服务', work.city));
}

/** At least one city leader in each week that the year counts; the Thursday of an ISO week lies in its year. */
function leaders(work: WorkOfYear, target: Targets): void {
  const thursdays = work.dates.filter((date) => new Date(`${date}T00:00:00Z`).getUTCDay() === 4);
  for (const thursday of thursdays.slice(0, target.cityLeaderWeeks))
    work.add(thursday, 'leader-inspection', { leaderRank: 'city', unannounced: true }, '市领导带队暗访督查', work.city);
  for (let i = target.cityLeaderWeeks; i < target.leaderInspections; i += 1)
    work.add(
      work.someDay(),
      'leader-inspection',
      { leaderRank: work.random.pick(['bureau', 'county']), unannounced: work.random.chance(0.5) },
      '领导带队督导检查',
    );
}

/** Paragraphs that staff wrote; they stand in the summary after the sentences of the template. */
function narratives(work: WorkOfYear): void {
  NARRATIVES.forEach(([section, text], index) =>
    work.add('2020-12-28', 'narrative', { section, order: index + 1, period: '2020' }, text, work.city),
  );
}
