import {
  HAZARD_IN_CHINESE,
  HAZARDS,
  parseHazards,
  parseLevel,
  REPORTED_BY,
  utc,
  type Hazard,
  type Level,
} from '@fengsui/contracts';
import {
  flagOf,
  textOf,
  textsOf,
  wordOf,
  type ArgumentOf,
  type CommandOf,
  type OptionOf,
  type Typed,
} from '../command.js';
import type { Session } from '../session.js';
import { Misuse, type Said } from '../terminal.js';
import { AUTHORITY, DUTY_ORDERS, type OrderOfCommand } from './duty-orders.js';
import { FIRE_ORDERS } from './fire-orders.js';
import { REPORT_ORDERS } from './report-orders.js';
import { giveOrder, known, type Late } from './give-order.js';

const COMMON: readonly OptionOf[] = [
  { flags: '--by <person>', about: { zh: '代表谁', en: 'on whose behalf' } },
  { flags: '--reason <text>', about: { zh: '理由', en: 'reason' } },
  { flags: '--id <order>', about: { zh: '指令编号', en: 'number of the order' } },
  { flags: '--late-by <person>', about: { zh: '补录：谁决定的', en: 'late record: who decided' } },
  { flags: '--late-at <instant>', about: { zh: '补录：何时决定', en: 'late record: when' } },
  { flags: '--late-where <text>', about: { zh: '补录：文件、记录所在', en: 'late record: where it stands on paper' } },
];
const COUNTIES: OptionOf = { flags: '--county <codes...>', about: { zh: '范围', en: 'counties' } };
const RESPONSE: OptionOf = {
  flags: '--response <names>',
  about: {
    zh: '响应种类：防汛 防风 防汛防风…；不写为防汛',
    en: 'which response: flood, wind, frost; flood without it',
  },
};
const PROPOSAL: readonly ArgumentOf[] = [{ name: '[proposal]' }];
const LEVEL: readonly ArgumentOf[] = [{ name: '<level>' }];

const ORDERS: readonly OrderOfCommand[] = [
  {
    kind: 'confirm',
    about: { zh: '签发待签发的建议', en: 'confirm the open proposal' },
    example: 'confirm 441800-flood-2020-P01 --by liang',
    words: PROPOSAL,
    options: [
      AUTHORITY,
      COUNTIES,
      {
        flags: '--level <level>',
        about: { zh: '依据已变时，按现有依据的等级签发', en: 'what is called for now, where that has changed' },
      },
      { flags: '--as <names>', about: { zh: '以何种类签发：防汛、防汛防风…', en: 'issued against: flood, wind' } },
    ],
    fields: async (typed, session) => {
      const meant = await proposalMeant(typed, session);
      const level = textOf(typed, 'level');
      return {
        kind: 'confirm',
        ...meant,
        ...(level === undefined ? {} : { level: levelOf(level) }),
        ...(textOf(typed, 'as') === undefined ? {} : { issuedAs: [...hazardsOf(textOf(typed, 'as'))] }),
        counties: [...textsOf(typed, 'county')],
      };
    },
  },
  {
    kind: 'refuse',
    about: { zh: '驳回建议', en: 'refuse the open proposal' },
    example: 'refuse --by liang --reason …',
    words: PROPOSAL,
    options: [AUTHORITY],
    fields: async (typed, session) => {
      const { level: _, ...meant } = await proposalMeant(typed, session);
      return { kind: 'refuse', ...meant };
    },
  },
  {
    kind: 'raise',
    about: { zh: '启动或提升响应', en: 'start or raise the response' },
    example: 'raise Ⅳ --by liang --reason …',
    words: LEVEL,
    options: [AUTHORITY, RESPONSE, COUNTIES],
    fields: async (typed, session) => ({
      kind: 'raise',
      ...(await responseOf(typed, session)),
      ...issuedAsOf(typed),
      level: levelOf(wordOf(typed, 0)),
      counties: [...textsOf(typed, 'county')],
    }),
  },
  {
    kind: 'lower',
    about: { zh: '调低响应', en: 'lower the response' },
    example: 'lower Ⅳ --by liang --reason …',
    words: LEVEL,
    options: [AUTHORITY, RESPONSE, COUNTIES],
    fields: async (typed, session) => ({
      kind: 'lower',
      ...(await responseOf(typed, session)),
      level: levelOf(wordOf(typed, 0)),
      counties: [...textsOf(typed, 'county')],
    }),
  },
  {
    kind: 'end',
    about: { zh: '结束响应', en: 'end the response' },
    example: 'end --by liang --reason …',
    options: [AUTHORITY, RESPONSE, COUNTIES],
    fields: async (typed, session) => ({
      kind: 'end',
      ...(await responseOf(typed, session)),
      counties: [...textsOf(typed, 'county')],
    }),
  },
  {
    kind: 'convert',
    about: { zh: '转换响应种类', en: 'go on with the response against something else' },
    example: 'convert --to 防汛 --response 防汛防风 --by liang --reason …',
    options: [
      AUTHORITY,
      RESPONSE,
      { flags: '--to <names>', about: { zh: '转换为：防汛、防汛防风…', en: 'flood, wind, or both' }, required: true },
    ],
    fields: async (typed, session) => ({
      kind: 'convert',
      ...(await responseOf(typed, session)),
      issuedAs: [...hazardsOf(textOf(typed, 'to'))],
    }),
  },
  {
    kind: 'emergency',
    about: { zh: '宣布、解除紧急防汛期', en: 'declare the emergency flood period, or lift it' },
    example: 'emergency declare --by zheng --reason …',
    words: [{ name: '<state>', about: { zh: 'declare 宣布，lift 解除', en: 'declare or lift' } }],
    options: [AUTHORITY, COUNTIES],
    fields: async (typed, { plans }) => {
      const state = wordOf(typed, 0);
      if (state !== 'declare' && state !== 'lift') throw new Misuse('declare | lift');
      const authority = textOf(typed, 'authority') ?? plans.response.flood.authority;
      return { kind: 'emergency', authority, hazard: 'flood', state, counties: [...textsOf(typed, 'county')] };
    },
  },
  {
    kind: 'countersign',
    about: { zh: '复核须两人的指令', en: 'second person to an order that takes two' },
    example: 'countersign cli-20200607 --reason …',
    words: [{ name: '<order>' }],
    options: [AUTHORITY, RESPONSE],
    fields: async (typed, session) => ({
      kind: 'countersign',
      ...(await responseOf(typed, session)),
      countersigns: wordOf(typed, 0),
    }),
  },
  {
    kind: 'answer',
    about: { zh: '应答呼叫', en: 'answer a call' },
    example: 'answer proposal/441800-flood-2020-P01 --person chen',
    words: [{ name: '<call>' }],
    options: [
      { flags: '--person <person>', about: { zh: '应答人', en: 'who answers' }, required: true },
      { flags: '--code <code>', about: { zh: '应答码', en: 'code of the message' } },
      { flags: '--read-back <digits>', about: { zh: '复述通知中的两位数字', en: 'the two digits of the message' } },
      { flags: '--decline', about: { zh: '无法处置（须说明理由）', en: 'cannot take it on, with a reason' } },
      {
        flags: '--hand-on <person>',
        about: { zh: '转交给谁（须说明理由）', en: 'to whom it is handed on, with a reason' },
      },
    ],
    by: (typed) => (textOf(typed, 'code') === undefined ? textOf(typed, 'person') : undefined),
    fields: async (typed, { ports }) => {
      const callId = await known(wordOf(typed, 0), (id) => ports.duty.hasCall(id), CALL);
      const [code, readBack, to] = [textOf(typed, 'code'), textOf(typed, 'readBack'), textOf(typed, 'handOn')];
      return {
        kind: 'answer',
        callId,
        person: textOf(typed, 'person') ?? '',
        ...(code === undefined ? {} : { code }),
        ...(readBack === undefined ? {} : { readBack }),
        ...(to === undefined ? {} : { reply: 'hand-on', to }),
        ...(flagOf(typed, 'decline') ? { reply: 'decline' } : {}),
      };
    },
  },
  {
    kind: 'progress',
    about: { zh: '登记转移进展', en: 'report progress of a transfer task' },
    example: 'progress TASK --moved p001 p002 --evidence head-count',
    words: [{ name: '<task>' }],
    options: [
      { flags: '--moved <persons...>', about: { zh: '已转移人员', en: 'persons moved' } },
      { flags: '--checked-in <persons...>', about: { zh: '已入住避护场所人员', en: 'persons who came to a shelter' } },
      { flags: '--shelter <shelter>', about: { zh: '入住的避护场所', en: 'the shelter to which they came' } },
      { flags: '--told <persons...>', about: { zh: '已告知人员', en: 'persons told' } },
      { flags: '--elsewhere <persons...>', about: { zh: '外出人员', en: 'persons known to be elsewhere' } },
      { flags: '--refused <persons...>', about: { zh: '拒绝转移人员', en: 'persons who refuse' } },
      { flags: '--not-found <persons...>', about: { zh: '失联人员', en: 'persons looked for and not found' } },
      { flags: '--returned <persons...>', about: { zh: '擅自返回人员', en: 'persons who have come back' } },
      {
        flags: '--means <how>',
        about: { zh: '如何得知', en: 'how it is known' },
        choices: [...REPORTED_BY],
      },
      { flags: '--absent <n>', about: { zh: '不在', en: 'not there' }, preset: '0' },
      { flags: '--refusing <n>', about: { zh: '拒转', en: 'refusing' }, preset: '0' },
      {
        flags: '--evidence <kind>',
        about: { zh: '凭据', en: 'evidence' },
        choices: ['head-count', 'photo', 'signature', 'none'],
        preset: 'none',
      },
    ],
    fields: async (typed, { ports }) => ({
      kind: 'progress',
      taskId: await known(wordOf(typed, 0), (id) => ports.response.hasTask(id), TASK),
      moved: [...textsOf(typed, 'moved')],
      ...personsNamed(typed),
      ...(textOf(typed, 'shelter') === undefined ? {} : { shelter: textOf(typed, 'shelter') as string }),
      ...(textOf(typed, 'means') === undefined ? {} : { by: textOf(typed, 'means') as (typeof REPORTED_BY)[number] }),
      absent: Number(textOf(typed, 'absent')),
      refusing: Number(textOf(typed, 'refusing')),
      evidence: textOf(typed, 'evidence') as 'head-count' | 'photo' | 'signature' | 'none',
    }),
  },
  {
    kind: 'release',
    about: { zh: '解除转移，可以返回', en: 'who was moved may go home' },
    example: 'release TASK --by liang --reason …',
    words: [{ name: '<task>' }],
    fields: async (typed, { ports }) => ({
      kind: 'release',
      taskId: await known(wordOf(typed, 0), (id) => ports.response.hasTask(id), TASK),
    }),
  },
  {
    kind: 'fulfil',
    about: { zh: '登记签收、已报、已落实', en: 'say that what was owed is done' },
    example: 'fulfil receipt/清防〔2020〕1号 --owner 441881 441802',
    words: [{ name: '<matter>' }],
    options: [
      { flags: '--owner <owners...>', about: { zh: '责任方；不写为全部未办者', en: 'who did it; all without it' } },
    ],
    fields: async (typed, { ports }) => ({
      kind: 'fulfil',
      matter: await known(wordOf(typed, 0), (id) => ports.response.hasMatter(id), MATTER),
      owners: [...textsOf(typed, 'owner')],
    }),
  },
  ...FIRE_ORDERS,
  {
    kind: 'locate',
    about: { zh: '认定地点不明的预警在哪里有效', en: 'say where a warning holds whose place nothing here knows' },
    example: 'locate weather-warning/SENDER/ID/SENT --county 441821 --reason …',
    words: [{ name: '<event>' }],
    options: [COUNTIES, { flags: '--elsewhere', about: { zh: '不在本市', en: 'nowhere in this city' } }],
    fields: async (typed, { ports }) => {
      const counties = [...textsOf(typed, 'county')];
      if ((counties.length === 0) !== flagOf(typed, 'elsewhere')) throw new Misuse('--county 441821 … | --elsewhere');
      const eventId = await known(wordOf(typed, 0), (id) => ports.response.hasWarning(id), EVENT);
      return { kind: 'locate', eventId, counties };
    },
  },
  {
    kind: 'correct',
    about: { zh: '撤销误录的事件', en: 'withdraw an event recorded in error' },
    example: 'correct record/permit/123 --reason …',
    words: [{ name: '<event>' }],
    fields: async (typed, { ports }) => {
      const there = async (id: string): Promise<boolean> =>
        (await ports.intake.originsOf([id])).length > 0 || (await ports.reporting.restsOn(id));
      return { kind: 'correct', eventId: await known(wordOf(typed, 0), there, EVENT) };
    },
  },
  ...REPORT_ORDERS,
  ...DUTY_ORDERS,
];

/** Persons that a report names beside those moved. */
const personsNamed = (typed: Typed) =>
  Object.fromEntries(
    (['returned', 'told', 'checkedIn', 'elsewhere', 'refused', 'notFound'] as const)
      .map((field) => [field, [...textsOf(typed, field)]] as const)
      .filter(([, persons]) => persons.length > 0),
  );

const CALL: Said = { zh: '没有这个呼叫', en: 'there is no such call' };
const TASK: Said = { zh: '没有这个任务', en: 'there is no such task' };
const MATTER: Said = { zh: '没有这个事项', en: 'nothing is owed as that' };
const EVENT: Said = { zh: '没有这个事件', en: 'there is no such event' };

/** One command an order. */
export const ORDER_COMMANDS: readonly CommandOf[] = ORDERS.map(
  ({ kind, fields, by, options = [], example, ...rest }) => ({
    ...rest,
    name: `orders ${kind}`,
    example: `orders ${example}`,
    options: [...COMMON, ...options],
    run: (typed, terminal) =>
      giveOrder(
        (session) => fields(typed, session),
        {
          by: textOf(typed, 'by') ?? by?.(typed),
          reason: textOf(typed, 'reason'),
          id: textOf(typed, 'id'),
          late: lateOf(typed),
        },
        terminal,
      ),
  }),
);

/** @throws Misuse when it is told half */
function lateOf(typed: Typed): Late | undefined {
  const [decidedBy, at, where] = ['lateBy', 'lateAt', 'lateWhere'].map((name) => textOf(typed, name));
  if (decidedBy === undefined && at === undefined && where === undefined) return undefined;
  if (decidedBy === undefined || at === undefined || where === undefined || !/(Z|[+-]\d\d:?\d\d)$/.test(at))
    throw new Misuse('--late-by, --late-at 2020-06-07T08:30:00+08:00, --late-where');
  return { decidedBy, at: utc(at), where };
}

/** The response that is meant: the one in force against one of the hazards named, or the one of the first named. */
async function responseOf(
  typed: Typed,
  { plans, ports }: Session,
): Promise<Readonly<{ authority: string; hazard: Hazard }>> {
  const authority = textOf(typed, 'authority') ?? plans.response.flood.authority;
  const named = hazardsOf(textOf(typed, 'response'));
  const [first = 'flood'] = named;
  const inForce = (await ports.response.levels()).find(
    (one) =>
      one.authority === authority &&
      one.state === 'ordered' &&
      one.level !== 'none' &&
      one.issuedAs.some((hazard) => (named.length === 0 ? hazard === 'flood' : named.includes(hazard))),
  );
  return { authority, hazard: inForce?.hazard ?? first };
}

/** @throws Misuse when no hazard is named */
function hazardsOf(text: string | undefined): readonly Hazard[] {
  if (text === undefined) return [];
  const read = parseHazards(text);
  if (read.length === 0) throw new Misuse(`${text}: ${HAZARDS.map((one) => HAZARD_IN_CHINESE[one]).join(' ')}`);
  return read;
}

/** What it is issued against, where more than one thing is named. */
const issuedAsOf = (typed: Typed): Readonly<{ issuedAs?: Hazard[] }> => {
  const named = hazardsOf(textOf(typed, 'response'));
  return named.length > 1 ? { issuedAs: [...named] } : {};
};

function levelOf(text: string): 'IV' | 'III' | 'II' | 'I' {
  const read = parseLevel(text);
  if (read === null || read === 'none') throw new Misuse(`${text}: Ⅳ Ⅲ Ⅱ Ⅰ (IV III II I)`);
  return read;
}

/** The proposal that is meant: the one named, or the only one of the authority, without it the city, that is open. */
async function proposalMeant(
  typed: Typed,
  { ports, plans }: Session,
): Promise<{ authority: string; hazard: Hazard; level: Level; proposalId?: string }> {
  const named = typed.words[0] as string | undefined;
  const whose = textOf(typed, 'authority') ?? plans.response.flood.authority;
  const open = (await ports.response.levels()).filter(
    ({ state, proposal, authority }) =>
      state === 'proposed' && (named === undefined ? authority === whose : proposal === named),
  );
  const [only, second] = open;
  if (only === undefined)
    throw new Misuse(
      named === undefined
        ? '没有待签发的建议 / there is no open proposal'
        : `没有待签发的建议 ${named} / there is no open proposal ${named}`,
    );
  if (second !== undefined)
    throw new Misuse(
      `有多项待签发，请指明 / several are open, name one: ${open.map(({ proposal }) => proposal).join(' ')}`,
    );
  return {
    authority: only.authority,
    hazard: only.hazard,
    level: only.level,
    ...(only.proposal === undefined ? {} : { proposalId: only.proposal }),
  };
}
