import { Type, type Static, type TSchema } from 'typebox';
import {
  Count,
  defineEvent,
  Division,
  Instant,
  Latitude,
  Longitude,
  Name,
  OneOf,
  OrNull,
  Quantity,
  SaidStatus,
  Shape,
  Text,
} from './event.js';
import { LIVE_CAUSES } from './call.js';
import { PERMITTED, THREATENED, VERDICTS } from './fires.js';
import { HAZARDS, LEVELS_ORDERED } from './levels.js';

/**
 * By which right an order is given. `approve-II`: who gave it may approve levels up to Ⅱ. `demonstration`: a script
 * plays whoever it names.
 */
export const ORDER_RIGHTS = [
  'approve-IV',
  'approve-III',
  'approve-II',
  'approve-I',
  'judge',
  'correct',
  'answer',
  'report',
  'roster',
  'demonstration',
] as const;
export type OrderRight = (typeof ORDER_RIGHTS)[number];

const common = {
  status: SaidStatus,
  orderId: Name('number of the order, given by whoever sends it'),
  actor: Name('who was authenticated at the door; set by intake, whatever came in'),
  right: Type.Optional(OneOf(ORDER_RIGHTS, 'by which right; set by intake, whatever came in')),
  speaksFor: OrNull(Name('for whom the actor acts, by a delegation that intake found; null: for themselves')),
  late: Type.Optional(
    Shape(
      { decidedBy: Name('who decided'), where: Text('where it stands on paper', 1_000) },
      'decided elsewhere and entered afterwards 补录: two people enter it',
    ),
  ),
  reason: Text('why; the decision carries it'),
};
const order = <K extends string, P extends Record<string, TSchema>>(name: K, description: string, fields: P) =>
  Shape({ ...common, kind: Type.Literal(name), ...fields }, description);

const authority = Division('whose response');
const hazard = OneOf(HAZARDS, 'which response of the authority');
const issuedAs = Type.Optional(
  Type.Array(OneOf(HAZARDS, 'hazard'), {
    minItems: 1,
    maxItems: HAZARDS.length,
    uniqueItems: true,
    description: 'what it is issued against 防汛防风; without it as proposed, or as it stands',
  }),
);
const counties = Type.Array(Division('county'), {
  maxItems: 100,
  description: 'counties covered; empty: those of the proposal, or the whole city',
});

const part = Type.Optional(
  Type.Array(Division('county'), { maxItems: 100, description: 'only in these counties; empty: everywhere' }),
);
const proposalId = Type.Optional(
  Name('the proposal that is meant; without it the open one, as before proposals were named'),
);

/** How somebody knows what they report. */
export const REPORTED_BY = ['scan', 'contact', 'list', 'knock'] as const;

const persons = (description: string) =>
  Type.Optional(Type.Array(Name('person of the village ledger (pseudonym)', 60), { maxItems: 5_000, description }));

/** Key: what the order is about. Id: the order. `occurredAt` is when the person decided. */
export const OrderV1 = defineEvent(
  'order.v1',
  'What a person decides or reports. The machine proposes, a named person decides.',
  Type.Union([
    order('confirm', 'confirm the open proposal 签发', {
      authority,
      hazard,
      proposalId,
      level: OneOf([...LEVELS_ORDERED, 'none'], 'level that is confirmed; none ends the response'),
      issuedAs,
      counties,
    }),
    order('refuse', 'refuse the open proposal, with a reason', { authority, hazard, proposalId }),
    order('raise', 'start or raise the response without a proposal 启动 提升', {
      authority,
      hazard,
      level: OneOf(LEVELS_ORDERED, 'new level'),
      issuedAs,
      counties,
    }),
    order('lower', 'lower the response 调整', {
      authority,
      hazard,
      level: OneOf(LEVELS_ORDERED, 'new level'),
      counties: part,
    }),
    order('end', 'end the response 结束', { authority, hazard, counties: part }),
    order('convert', 'go on with the response against something else 转换', {
      authority,
      hazard,
      issuedAs: Type.Array(OneOf(HAZARDS, 'hazard'), {
        minItems: 1,
        maxItems: HAZARDS.length,
        uniqueItems: true,
        description: 'what it is issued against from now on',
      }),
    }),
    order('emergency', 'declare the emergency flood period, or lift it 宣布、解除紧急防汛期（防洪法第四十一条）', {
      authority,
      hazard,
      state: OneOf(['declare', 'lift'], '宣布 解除'),
      counties: part,
    }),
    order('countersign', 'second person to an order that takes two 复核', {
      authority,
      hazard,
      countersigns: Name('number of the order'),
    }),
    order('answer', 'answer a call 应答', {
      callId: Name('the call'),
      person: Name('who answers'),
      code: Type.Optional(Name('the code that the message to this person carried', 60)),
      reply: Type.Optional(
        OneOf(
          ['accept', 'decline', 'hand-on'],
          '收到 无法处置 转交; without it accept. Other than accept wants a reason',
        ),
      ),
      to: Type.Optional(Name('to whom it is handed on', 60)),
      readBack: Type.Optional(Name('the two digits that the message asks to read back 复述码', 10)),
    }),
    order('progress', 'report progress of a transfer task 转移进展', {
      taskId: Name('the task'),
      moved: Type.Array(Name('person of the village ledger (pseudonym)', 60), {
        maxItems: 5_000,
        description: 'persons moved to safety',
      }),
      returned: persons('persons who were moved, and have come back'),
      told: persons('persons told to make ready or to leave 已告知'),
      checkedIn: persons('persons who have come to a shelter 已入住: they are moved'),
      shelter: Type.Optional(Name('the shelter to which they came')),
      elsewhere: persons('persons known to be elsewhere 外出, by the same evidence'),
      refused: persons('persons who refuse'),
      notFound: persons('persons who were looked for and not found 失联'),
      by: Type.Optional(OneOf(REPORTED_BY, 'scanned at the shelter, word of the contact, a list, a knock at the door')),
      absent: Count('persons of the ledger who are not there, without those named'),
      refusing: Count('persons who still refuse, without those named'),
      evidence: OneOf(
        ['head-count', 'photo', 'signature', 'none'],
        'what proves the move; none is kept but not counted',
      ),
    }),
    order('release', 'who was moved may go home 解除转移', { taskId: Name('the task') }),
    order('fulfil', 'say that what was owed is done 签收 已报 已落实', {
      matter: Name('the matter', 400),
      owners: Type.Array(Name('who did it', 60), { maxItems: 200, description: 'empty: all who still owe it' }),
    }),
    order('verdict', 'judge a fire to verify 核查反馈', {
      fireId: Name('the fire'),
      verdict: OneOf(VERDICTS, 'what it was'),
      deaths: Count('persons killed'),
      seriousInjuries: Type.Optional(Count('persons seriously injured 重伤')),
      injuries: Type.Optional(Count('persons injured, without those seriously injured')),
      burnedAreaHa: OrNull(Quantity('area that burned 过火面积, hectares', 0, 1_000_000)),
      damagedAreaHa: Type.Optional(OrNull(Quantity('damaged forest area 受害森林面积, hectares', 0, 1_000_000))),
      permit: Type.Optional(Name('the permit for what was burned 用火许可')),
      photo: Type.Optional(Name('picture that shows it')),
      threatens: Type.Optional(
        Type.Array(OneOf(THREATENED, '居民点或重要设施 自然保护区 原始林区'), {
          maxItems: 3,
          description: 'what it threatens',
        }),
      ),
      asksSupport: Type.Optional(Type.Boolean({ description: 'support of others is asked for' })),
    }),
    order('permit-burn', 'somebody may burn at a place and time 用火许可', {
      permit: Name('number of the permit', 100),
      purpose: OneOf(PERMITTED, '炼山 计划烧除'),
      place: Text('where, in words', 200),
      latitude: Latitude,
      longitude: Longitude,
      radiusKm: Quantity('kilometres around it', 0, 20),
      fromAt: Instant('from'),
      untilAt: Instant('until'),
    }),
    order(
      'learn-heat-mask',
      'places of standing heat are learnt from what was seen; that silences nothing 学习热源底图',
      {},
    ),
    order('apply-heat-mask', 'a version of the mask of standing heat is in force from now on 启用热源底图', {
      version: Type.Integer({ minimum: 0, maximum: 1_000_000, description: '0: none is in force any more' }),
      accepted: Type.Array(Name('a confirmed fire that it would have kept from people, by its number', 400), {
        maxItems: 1_000,
        description: 'each that the replay of the version found must be named',
      }),
    }),
    order('extinguish', 'the open flame of a fire is out 明火扑灭', {
      fireId: Name('the fire'),
      at: Type.Optional(Instant('when; without it, when the order is given')),
    }),
    order('join-fires', 'two fires to verify are one 并案', {
      fireId: Name('the fire that goes on'),
      joined: Name('the fire that is the same'),
    }),
    order('part-fire', 'what was put together is two fires 分案', {
      fireId: Name('the fire'),
      signs: Type.Array(Name('hotspot or report that is of the other fire', 400), {
        maxItems: 5_000,
        description: 'empty: the last merge is undone',
      }),
    }),
    order('join-incidents', 'two numbers are one accident 并案', {
      incidentId: Name('the accident that counts, by its number'),
      joined: Name('the number under which it was told again'),
    }),
    order('part-incidents', 'two accidents are two, however alike 分案', {
      incidentId: Name('an accident, by its number'),
      other: Name('the other'),
    }),
    order('draft-report', 'a report is written anew, as the figures stand 起草文稿', {
      period: Name('2020, 2020H1, 2020-06', 64),
      template: Name('template of the plan', 64),
    }),
    order('check-report', 'somebody has gone through a draft and vouches for it 核稿', {
      report: Name('period, template and version: 2020/annual-summary/1'),
    }),
    order('sign-report', 'a checked draft is signed by another person, and never changes again 签发文稿', {
      report: Name('period, template and version'),
    }),
    order('drop-report', 'a draft is wanted no more, and waits for nobody 撤回文稿', {
      report: Name('period, template and version'),
    }),
    order('close-period', 'a county vouches for its figures of a period 县级核定', {
      authority: Division('the county'),
      period: Name('2020, 2020H1, 2020-06', 64),
    }),
    order('locate', 'say where a warning holds whose words for it nothing here knew 认定预警区域', {
      eventId: Name('the event of the warning', 400),
      counties: Type.Array(Division('county'), {
        maxItems: 100,
        description: 'where it holds; empty: nowhere in this city',
      }),
    }),
    order('correct', 'withdraw an event that was recorded in error; the right one is fed anew', {
      eventId: Name('the event withdrawn', 400),
    }),
    order('stand-in', 'somebody has a role for a time in place of whoever’s turn it is 换班 顶班', {
      authority: Division('whose roster'),
      role: Name('role of the roster', 64),
      person: Name('who has it', 64),
      fromAt: Instant('from'),
      untilAt: Instant('until'),
    }),
    order('leave', 'somebody has no role for a time 请假', {
      authority: Division('whose roster'),
      person: Name('who is away', 64),
      fromAt: Instant('from'),
      untilAt: Instant('until'),
    }),
    order('withdraw-roster', 'a change of the roster does not hold any more', {
      change: Name('the order by which it was changed'),
    }),
    order('hand-over', 'whoever goes signs what they hand over 交班', {
      authority: Division('whose desk'),
      handover: Name('the handover 交接班'),
    }),
    order('take-over', 'whoever comes accepts what is open, one by one, and signs 接班', {
      authority: Division('whose desk'),
      handover: Name('the handover 交接班'),
      accepted: Type.Array(Name('call'), { maxItems: 5_000, description: 'each that they have been told of' }),
    }),
    order('exercise', 'call those on duty as if something had happened 叫应演练', {
      cause: OneOf(LIVE_CAUSES, 'as if for this'),
      receivers: Type.Optional(Count('how many people it calls at once at the most, where these are many')),
    }),
    order('contact-test', 'try the ways to a person 联系方式核验', {
      person: Name('who', 64),
      channel: OrNull(Name('by this one; null: by every one', 64)),
    }),
  ]),
);
export type OrderV1 = Static<typeof OrderV1>;
export type OrderKind = OrderV1['data']['kind'];
/** An order of one kind, whole. */
export type OrderOf<K extends OrderKind> = Omit<OrderV1, 'data'> & { data: Extract<OrderV1['data'], { kind: K }> };
