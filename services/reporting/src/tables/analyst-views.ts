/** A view for whoever analyses: its name and columns are the bureau's words, as they stand in the database. */
type AnalystView = Readonly<{
  name: string;
  comment: string;
  from: string;
  columns: readonly (readonly [name: string, sql: string, comment: string])[];
}>;

const content = (field: string): string => `content->>'${field}'`;
const AT = ['时间', `(content->>'at')::timestamptz at time zone 'Asia/Shanghai'`, '发生时间，北京时间'] as const;
const REGION = ['区划', content('region'), 'GB/T 2260 代码'] as const;
const ID = ['编号', 'id', '编号'] as const;
const number = (field: string): string => `(content->>'${field}')::numeric`;
const flag = (field: string): string => `(content->>'${field}')::boolean`;
const of = (kind: string): string => `reporting.subject where kind = '${kind}' and content is not null`;
/** The newest of the definitions of an indicator. */
const LABELLED = `left join lateral (
  select definition from reporting.definition d where d.indicator = c.indicator order by version desc, since desc limit 1) as d on true`;

/** What is known now; figures as of then come from the command. */
export const ANALYST_VIEWS: readonly AnalystView[] = [
  {
    name: '事故',
    comment: '事故和火灾，每起一行，按现在所知',
    from: of('incident'),
    columns: [
      ID,
      AT,
      REGION,
      [
        '类别',
        content('category'),
        'work-accident 生产安全，road-accident 道路交通，fire 火灾，geological 地质灾害，other 其他',
      ],
      ['生产经营性', flag('productionRelated'), '是否生产安全事故'],
      ['行业', content('industry'), '行业'],
      ['等级', content('grade'), 'general 一般，larger 较大，major 重大，extra-major 特别重大'],
      ['死亡', number('deaths'), '死亡人数，统计期限内'],
      ['受伤', number('injuries'), '受伤人数，含重伤'],
      ['直接经济损失', number('economicLossYuan'), '元'],
      ['直接财产损失', number('propertyLossYuan'), '元'],
      ['不纳入统计', flag('isOutside'), '无人员伤亡且损失低于标准'],
    ],
  },
  {
    name: '火情',
    comment: '核查反馈的火情，每起一行',
    from: of('fire'),
    columns: [
      ID,
      ['时间', AT[1], '最初发现时间，北京时间'],
      REGION,
      ['核查结果', content('verdict'), 'forest-fire 森林火灾，grass-fire 草原火灾，false-alarm 误报等'],
      ['死亡', number('deaths'), '死亡人数'],
      ['受害面积', number('damagedAreaHa'), '受害森林面积，公顷'],
      ['首先来自', `content->'known'->>'by'`, 'satellite 卫星，report 报告'],
      ['来源', `content->'known'->>'source'`, '卫星或报告方式'],
      ['按时反馈', flag('inTime'), '首次反馈是否未超过时限；空：未限时'],
    ],
  },
  {
    name: '应急响应',
    comment: '应急响应的启动、调整、结束，每道指令一行',
    from: of('response-change'),
    columns: [
      ID,
      AT,
      REGION,
      [
        '灾种',
        `array(select jsonb_array_elements_text(coalesce(content->'hazards', '["flood"]')))`,
        '防汛 flood、防风 wind 等',
      ],
      ['动作', content('change'), 'start 启动，raise 提升，lower 降低，end 结束等'],
      ['原级别', content('from'), '原级别'],
      ['现级别', content('to'), '现级别'],
    ],
  },
  {
    name: '转移人员',
    comment: '有凭据的转移人员，每次响应每人一行；人员为代号',
    from: of('moved-person'),
    columns: [
      AT,
      REGION,
      ['响应', content('episodeId'), '应急响应编号'],
      ['人员', content('person'), '代号，不含姓名'],
    ],
  },
  {
    name: '叫应',
    comment: '因实际情况发出的叫应，每次一行',
    from: of('call'),
    columns: [
      ID,
      AT,
      ['事由', content('cause'), '事由'],
      ['岗位', content('role'), '应答时轮到的岗位'],
      ['时段', number('hour'), '开始的钟点'],
      ['应答分钟', number('minutes'), '开始到首次应答的分钟数；空：无人应答'],
    ],
  },
  {
    name: '办理事项',
    comment: '应签收、报告、落实的事项',
    from: of('obligation'),
    columns: [
      ID,
      ['时间', AT[1], '到期时间，北京时间'],
      REGION,
      ['事项', content('owed'), '签收、报告、措施等'],
      ['按时', flag('inTime'), '是否按时办结'],
    ],
  },
  {
    name: '工作记录',
    comment: '执法检查、演练、培训、许可等工作记录',
    from: of('record'),
    columns: [
      ID,
      AT,
      REGION,
      ['种类', `content->'record'->>'kind'`, '种类'],
      ['内容', `content->'record'`, '各种类自己的字段'],
    ],
  },
  {
    name: '隐患',
    comment: '排查出的隐患',
    from: of('hazard'),
    columns: [
      ID,
      AT,
      REGION,
      ['等级', content('grade'), 'general 一般，major 重大'],
      ['已整改', flag('fixed'), '是否已整改'],
    ],
  },
  {
    name: '指标逐日',
    comment: '各项指标每日每区划的数值；不重复计数的见“不重复计数”',
    from: `reporting.counter c ${LABELLED} where c.indicator not like 'facts:%'
      group by c.indicator, d.definition, c.day, c.region having sum(c.amount) <> 0`,
    columns: [
      ['指标', 'c.indicator', '指标编号'],
      ['名称', `d.definition->'label'->>'zh'`, '指标名称'],
      ['单位', `d.definition->>'unit'`, '单位；金额为元'],
      ['日期', 'c.day', '北京时间的日期'],
      ['区划', 'c.region', 'GB/T 2260 代码'],
      ['数值', 'sum(c.amount)', '当日之和'],
    ],
  },
  {
    name: '不重复计数',
    comment: '不重复计数的指标所数的对象，每日一行；一段时间内不同的“对象”数即指标值',
    from: `reporting.distinct_key c ${LABELLED}
      group by c.indicator, d.definition, c.day, c.region, c.key having sum(c.facts) > 0`,
    columns: [
      ['指标', 'c.indicator', '指标编号'],
      ['名称', `d.definition->'label'->>'zh'`, '指标名称'],
      ['日期', 'c.day', '北京时间的日期'],
      ['区划', 'c.region', 'GB/T 2260 代码'],
      ['对象', 'c.key', '被数的对象'],
    ],
  },
  {
    name: '年度数字',
    comment: '年度汇总时留存的各项数字，以后的更正不改动它',
    from: `reporting.annual, jsonb_array_elements(figures) as figure`,
    columns: [
      ['年份', 'year', '年份'],
      ['数据截至', `as_of at time zone 'Asia/Shanghai'`, '数据截至，北京时间'],
      ['指标', `figure->>'id'`, '指标编号'],
      ['名称', `figure->'label'->>'zh'`, '指标名称'],
      ['数值', `(figure->>'value')::numeric`, '数值；空：未统计'],
      ['上年', `(figure->>'previous')::numeric`, '上年数值；空：不可比'],
      ['同比', `(figure->>'change')::numeric`, '百分比；空：不可比'],
      ['版本', `(figure->>'version')::int`, '指标口径的版本'],
    ],
  },
  {
    name: '事实',
    comment: '每个事实的每个版本，只增不改：何时为真，何时所知，来自哪个事件',
    from: 'reporting.fact',
    columns: [
      ['种类', 'kind', '种类'],
      ['编号', 'subject', '编号'],
      ['版本', 'version', '版本'],
      ['事件', 'event', '产生此版本的事件'],
      ['时间', `at at time zone 'Asia/Shanghai'`, '何时为真；空：不再计入'],
      ['所知时间', `recorded_at at time zone 'Asia/Shanghai'`, '何时所知'],
      ['区划', 'region', 'GB/T 2260 代码'],
      ['内容', `content - 'place' - 'reason'`, '所述内容，不含地点和理由的原文'],
    ],
  },
];

/** As SQL: each view with its comments. */
export const createAnalystViews = (): string =>
  ANALYST_VIEWS.map(({ name, comment, from, columns }) => {
    const view = `reporting."${name}"`;
    const selected = columns.map(([column, sql]) => `${sql} as "${column}"`).join(', ');
    const comments = columns.map(([column, , words]) => `comment on column ${view}."${column}" is '${words}';`);
    return [
      `create view ${view} as select ${selected} from ${from};`,
      `comment on view ${view} is '${comment}';`,
      ...comments,
    ].join('\n');
  }).join('\n');
