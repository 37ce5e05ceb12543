import {
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  OBLIGATION_IN_CHINESE,
  shanghaiMinute,
  type EmergencyPeriodV1,
  type FireEvent,
  type Hazard,
  type Level,
  type ObligationOverdueV1,
  type ResponseEvent,
  type SourceSilentV1,
  type UtcInstant,
} from '@fengsui/contracts';
import type { Counties } from '@fengsui/regions';

/** What is said to a person: what it is, where, until when, and what to do. */
export type CallText = Readonly<{ subject: string; text: string }>;

const hour = (at: UtcInstant): string => {
  const [date = '', time = ''] = shanghaiMinute(at).split('T');
  const [, month, day] = date.split('-').map(Number);
  return `${month}月${day}日${time}`;
};
const places = (codes: readonly string[], counties: Counties): string =>
  codes.length === 0 ? '全市' : codes.map((code) => counties.nameOf(code)).join('、');
/** Each part with its level, where they are not all the same. */
function where({ counties: codes, areas = [] }: Covering, counties: Counties): string {
  if (areas.length === 0) return places(codes, counties);
  const levels = new Set(areas.map(({ level }) => level));
  return areas.map(({ name, level }) => (levels.size === 1 ? name : `${name}${LEVEL_IN_CHINESE[level]}`)).join('、');
}
type Covering = Readonly<{
  counties: readonly string[];
  areas?: readonly Readonly<{ name: string; level: Level }>[] | undefined;
}>;

/** `英德市防汛防风Ⅳ级应急响应`; the city's own without its name. */
function responseInWords({ authority, hazard, issuedAs }: Whose, to: Level, counties: Counties): string {
  const whose = counties.all().find(({ code }) => code === authority)?.name ?? '';
  return `${whose}${hazardsInChinese(issuedAs ?? [hazard])}${to === 'none' ? '' : LEVEL_IN_CHINESE[to]}应急响应`;
}
type Whose = Readonly<{ authority: string; hazard: Hazard; issuedAs?: readonly Hazard[] | undefined }>;

export function textForResponse(
  event: Exclude<ResponseEvent, { type: 'response-proposal-closed.v1' }>,
  counties: Counties,
  nameOf: (person: string) => string,
): CallText {
  const response = (to: Level): string => responseInWords(event.data, to, counties);
  switch (event.type) {
    case 'response-proposed.v1': {
      const { proposalId, from, to, dueAt, reason } = event.data;
      const act = to === 'none' ? '结束' : from === 'none' ? '启动' : from === to ? '扩大' : '调整为';
      return {
        subject: `【待签发】建议${act}${response(to)}${from === to ? '范围' : ''}`,
        text: `系统建议${act}${response(to)}，范围：${where(event.data, counties)}。\n依据：${reason}。\n请于${hour(dueAt)}前签发或驳回，逾期将上报带班领导。\n编号：${proposalId}`,
      };
    }
    case 'response-proposal-revised.v1': {
      const { proposalId, to, calledFor, groundsGone, reason } = event.data;
      const now = groundsGone ? '依据已消失' : calledFor === to ? '依据恢复' : `现为${LEVEL_IN_CHINESE[calledFor]}`;
      return {
        subject: `【待签发·${now}】${to === 'none' ? '结束' : ''}${response(to)}建议`,
        text: `编号${proposalId}的建议依据有变化：${now}。\n${reason}。\n建议仍待签发或驳回${groundsGone ? '；签发须写明理由' : ''}。`,
      };
    }
    case 'response-proposal-overdue.v1':
      return {
        subject: `【逾期未签发】${event.data.to === 'none' ? '结束' : ''}${response(event.data.to)}建议第${event.data.reminder}次催办`,
        text: `编号${event.data.proposalId}的建议已于${hour(event.data.dueAt)}到期，仍无人签发或驳回。\n依据：${event.data.reason}。\n请立即处理。`,
      };
    case 'response-changed.v1': {
      const { change, to, decidedBy, reason } = event.data;
      const verb = VERBS[change];
      return {
        subject: `【${change === 'end' ? '响应结束' : '响应变更'}】${verb}${response(to)}`,
        text: `${hour(event.occurredAt)}起${verb}${response(to)}，范围：${where(event.data, counties)}。\n签发：${nameOf(decidedBy)}。${reason}\n请按预案落实。`,
      };
    }
  }
}

const VERBS = {
  start: '启动',
  raise: '提升至',
  widen: '扩大',
  narrow: '缩小',
  lower: '调整为',
  convert: '转换为',
  end: '结束',
} as const;

export const textForEmergency = (
  { occurredAt, data: { authority, state, counties: codes, decidedBy, reason } }: EmergencyPeriodV1,
  counties: Counties,
  nameOf: (person: string) => string,
): CallText => {
  const whose = counties.all().find(({ code }) => code === authority)?.name ?? '';
  const verb = state === 'declared' ? '宣布进入' : '解除';
  return {
    subject: `【紧急防汛期】${whose}${verb}紧急防汛期`,
    text: `${hour(occurredAt)}起${verb}紧急防汛期，范围：${places(codes, counties)}。\n决定：${nameOf(decidedBy)}。${reason}\n请依法落实，并向上级防汛指挥机构报告。`,
  };
};

export const textForTransfers = (tasks: number, people: number, dueAt: UtcInstant): CallText => ({
  subject: `【人员转移】${tasks}个风险点 ${people}人`,
  text: `须转移${tasks}个风险点共${people}人，最迟${hour(dueAt)}前完成。\n每一任务的组织者、对象、去处见任务清单；未经通知不得返回。\n清单见值班页面“人员转移”。`,
});

export const textForReadiness = (tasks: number, people: number, dueAt: UtcInstant): CallText => ({
  subject: `【准备转移】${tasks}个风险点 ${people}人`,
  text: `${tasks}个风险点共${people}人须做好转移准备，最迟${hour(dueAt)}前逐户告知；暂不转移，随时待命。\n清单见值班页面“人员转移”。`,
});

export const textForReturned = (
  { county, unreleased = 0, taskId }: Readonly<{ county: string; unreleased?: number; taskId: string }>,
  counties: Counties,
): CallText => ({
  subject: `【擅自返回】${counties.nameOf(county)} ${unreleased}人`,
  text: `${counties.nameOf(county)}有${unreleased}人未经解除即返回危险区。\n请立即劝离并反馈。\n编号：${taskId}`,
});

export const textForObligation = ({
  kind,
  missing,
  dueAt,
  matter,
}: Pick<ObligationOverdueV1['data'], 'kind' | 'missing' | 'dueAt' | 'matter'>): CallText => {
  const [first] = missing;
  const who = missing.map(({ name }) => name).join('、');
  return {
    subject: `【逾期】${OBLIGATION_IN_CHINESE[kind]}：${missing.length === 1 ? who : `${missing.length}家未办`}`,
    text: `${first?.words ?? ''}，应于${hour(dueAt)}前办结，仍未办：${who}。\n请催办并登记。\n编号：${matter}`,
  };
};

export const textForOverdueTransfers = (tasks: number, people: number, dueAt: UtcInstant): CallText => ({
  subject: `【转移逾期】${tasks}个风险点 ${people}人未落实`,
  text: `${tasks}个风险点的转移任务已于${hour(dueAt)}到期，仍有${people}人未转移或拒绝转移。\n请逐点核实并反馈。\n清单见值班页面“人员转移”。`,
});

export function textForFire(
  event: Extract<FireEvent, { type: 'fire-raised.v1' | 'fire-overdue.v1' }>,
  counties: Counties,
): CallText {
  switch (event.type) {
    case 'fire-raised.v1': {
      const { county, latitude, longitude, firstSeenBy, dueAt, signs, fireId } = event.data;
      const at =
        latitude === null || longitude === null ? '位置待核' : `北纬${latitude.toFixed(4)} 东经${longitude.toFixed(4)}`;
      return {
        subject: `【火情核查】${counties.nameOf(county)} ${firstSeenBy === 'satellite' ? '卫星热点' : '群众报警'}`,
        text: `${counties.nameOf(county)}，${at}，${signs}个迹象，最早${hour(event.occurredAt)}。\n请于${hour(dueAt)}前派人核查并反馈。\n编号：${fireId}`,
      };
    }
    case 'fire-overdue.v1':
      return {
        subject: `【核查逾期】${counties.nameOf(event.data.county)}`,
        text: `编号${event.data.fireId}的火情核查已于${hour(event.data.dueAt)}到期，仍无反馈。\n请立即核实。`,
      };
  }
}

/** @param reasons what is said of each gauge */
export const textForGauges = (reasons: readonly string[]): CallText => ({
  subject: `【测站中断】响应期间${reasons.length}个测站无读数`,
  text: `${reasons.join('。\n')}。\n无数据不等于平安，请派人观测或以其他途径核实。`,
});

export function textForSilence({ data: { source, heardAt, reason } }: SourceSilentV1): CallText {
  const last = heardAt === null ? '从未收到' : `${hour(heardAt)}后再未收到`;
  return {
    subject: `【数据中断】${source}`,
    text: `数据源${source}${last}数据：${reason}。\n无数据不等于平安，请以其他途径核实，并通知运维。`,
  };
}
