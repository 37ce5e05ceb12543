import {
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  OBLIGATION_IN_CHINESE,
  shanghaiMinute,
  type CallCause,
  type EmergencyPeriodV1,
  type FireEvent,
  type Hazard,
  type Level,
  type FiguresCheckedV1,
  type ObligationOverdueV1,
  type ReportWaitsV1,
  type ResponseEvent,
  type SourceSilentV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { Injectable } from '@nestjs/common';
import { DutyPlan } from '../plan.js';
import type { GatheredRow } from '../tables/tables.js';
import { quoted } from './quoting.js';
import type { CallText } from './templates.js';

type Covering = Readonly<{
  counties: readonly string[];
  areas?: readonly Readonly<{ name: string; level: Level }>[] | undefined;
}>;
type Whose = Readonly<{ authority: string; hazard: Hazard; issuedAs?: readonly Hazard[] | undefined }>;
/** Transfer tasks that are told of together. */
export type Tasks = Readonly<{ tasks: number; people: number; counties: readonly string[]; dueAt: UtcInstant }>;

const VERBS = {
  start: '启动',
  raise: '提升至',
  widen: '扩大',
  narrow: '缩小',
  lower: '调整为',
  convert: '转换为',
  end: '结束',
} as const;

/** What is said of what happened, by the templates: names for codes, Beijing time, the year when it is not this one. */
@Injectable()
export class CallTexts {
  constructor(private readonly plan: DutyPlan) {}

  response(event: Exclude<ResponseEvent, { type: 'response-proposal-closed.v1' }>, now: UtcInstant): CallText {
    const { templates } = this.plan;
    const response = (to: Level): string => this.responseInWords(event.data, to);
    const whose = this.authorityName(event.data.authority);
    switch (event.type) {
      case 'response-proposed.v1': {
        const { proposalId: number, from, to, dueAt, reason: because } = event.data;
        const act = to === 'none' ? '结束' : from === 'none' ? '启动' : from === to ? '扩大' : '调整为';
        return templates.render('response-proposed', {
          act,
          response: response(to),
          range: from === to ? '范围' : '',
          places: this.where(event.data),
          due: time(dueAt, now),
          because,
          number,
        });
      }
      case 'response-proposal-revised.v1': {
        const { proposalId: number, to, calledFor, groundsGone, reason: because } = event.data;
        return templates.render('response-proposal-revised', {
          act: to === 'none' ? '结束' : '',
          response: response(to),
          now: groundsGone ? '依据已消失' : calledFor === to ? '依据恢复' : `现为${LEVEL_IN_CHINESE[calledFor]}`,
          whose,
          at: time(event.occurredAt, now),
          because,
          needed: groundsGone ? '；签发须写明理由' : '',
          number,
        });
      }
      case 'response-proposal-overdue.v1': {
        const { proposalId: number, to, dueAt, reminder, reason: because } = event.data;
        const act = to === 'none' ? '结束' : '';
        const due = time(dueAt, now);
        return templates.render('response-proposal-overdue', {
          act,
          response: response(to),
          whose,
          due,
          reminder,
          because,
          number,
        });
      }
      case 'response-changed.v1': {
        const { change, to, decidedBy, reason } = event.data;
        return templates.render('response-changed', {
          heading: change === 'end' ? '响应结束' : '响应变更',
          verb: VERBS[change],
          response: response(to),
          places: this.where(event.data),
          at: time(event.occurredAt, now),
          because: reasonGiven(reason),
          by: this.plan.nameOf(decidedBy),
        });
      }
    }
  }

  emergency({ occurredAt, data }: EmergencyPeriodV1, now: UtcInstant): CallText {
    const { authority, state, counties, decidedBy, reason } = data;
    return this.plan.templates.render('emergency-period', {
      whose: this.authorityName(authority),
      verb: state === 'declared' ? '宣布进入' : '解除',
      places: this.places(counties),
      at: time(occurredAt, now),
      because: reasonGiven(reason),
      by: this.plan.nameOf(decidedBy),
    });
  }

  tasks(
    kind: 'transfers' | 'transfers-ready' | 'transfer-overdue',
    { tasks, people, counties, dueAt }: Tasks,
    now: UtcInstant,
  ): CallText {
    const places = this.places(counties);
    return this.plan.templates.render(kind, { tasks, people, places, due: time(dueAt, now) });
  }

  returned(
    { county, unreleased = 0, taskId }: Readonly<{ county: string; unreleased?: number; taskId: string }>,
    at: UtcInstant,
    now: UtcInstant,
  ): CallText {
    const facts = { people: unreleased, places: this.places([county]), at: time(at, now), number: taskId };
    return this.plan.templates.render('transfer-returned', facts);
  }

  obligation(
    data: Pick<ObligationOverdueV1['data'], 'kind' | 'missing' | 'dueAt' | 'matter'>,
    now: UtcInstant,
  ): CallText {
    const { kind, missing, dueAt, matter: number } = data;
    const owners = missing.map(({ name }) => name).join('、');
    return this.plan.templates.render('obligation-overdue', {
      kind: OBLIGATION_IN_CHINESE[kind],
      who: missing.length === 1 ? owners : `${missing.length}家未办`,
      matter: missing[0]?.words ?? OBLIGATION_IN_CHINESE[kind],
      owners,
      due: time(dueAt, now),
      number,
    });
  }

  figures({ differences: count, text: list }: FiguresCheckedV1['data']): CallText {
    return this.plan.templates.render('figures-differ', { count, list });
  }

  report({ occurredAt, data }: ReportWaitsV1, now: UtcInstant): CallText {
    const { title, report, waitsFor, missing, findings } = data;
    const [verb, order] = waitsFor === 'sign' ? ['签发', 'sign-report'] : ['核稿', 'check-report'];
    const at = time(occurredAt, now);
    return this.plan.templates.render('report-waits', { verb, title, report, at, missing, findings, order });
  }

  fire(event: Extract<FireEvent, { type: 'fire-raised.v1' | 'fire-overdue.v1' }>, now: UtcInstant): CallText {
    const { county, dueAt, fireId: number } = event.data;
    const [places, due] = [this.places([county]), time(dueAt, now)];
    if (event.type === 'fire-overdue.v1') return this.plan.templates.render('fire-overdue', { places, due, number });
    const { latitude, longitude, firstSeenBy, signs, again, reason, urgentBecause, township = '' } = event.data;
    const position =
      latitude === null || longitude === null ? '位置待核' : `北纬${latitude.toFixed(4)} 东经${longitude.toFixed(4)}`;
    const how = firstSeenBy === 'satellite' ? '卫星热点' : '群众报警';
    const seen = urgentBecause === undefined ? how : `${how}（${urgentBecause.join('，')}）`;
    const first = time(event.occurredAt, now);
    const values = { places: `${places}${township}`, seen, signs, position, first, due, number };
    return again === undefined
      ? this.plan.templates.render('fire-raised', values)
      : this.plan.templates.render('fire-again', { ...values, reason });
  }

  /** Several things of one kind in one message: what each of them says first, and where each is. */
  gathered(
    cause: CallCause,
    items: readonly Pick<GatheredRow, 'subject' | 'text' | 'at'>[],
    now: UtcInstant,
  ): CallText {
    const listed = items.slice(0, MOST_LISTED);
    const more = items.length > listed.length ? `等${items.length}项` : '';
    const firsts = items.map(({ at }) => at).sort();
    return this.plan.templates.render('gathered', {
      heading: HEADINGS[cause] ?? this.plan.ruleFor(cause),
      count: items.length,
      list: `${listed.map(({ subject }) => subject.replace(/^【[^】]*】/, '')).join('；')}${more}`,
      places: `${[...new Set(listed.map(({ text }) => whereOf(text)))].join('；')}${more}`,
      at: time(firsts[0] ?? now, now),
    });
  }

  /** @param gauges what is said of each */
  gauges(gauges: readonly string[], at: UtcInstant, now: UtcInstant): CallText {
    return this.plan.templates.render('gauges-silent', {
      count: gauges.length,
      gauges: gauges.join('；'),
      at: time(at, now),
    });
  }

  silence({ data: { source, heardAt, silentSince, reason } }: SourceSilentV1, now: UtcInstant): CallText {
    return this.plan.templates.render('source-silent', {
      source,
      last: heardAt === null ? '从未收到' : `${time(heardAt, now)}后再未收到`,
      at: `${time(silentSince, now)}起`,
      because: reason === '' ? '' : `最近一次：${quoted(reason)}`,
    });
  }

  private places(codes: readonly string[]): string {
    if (codes.length === 0) return '全市';
    return [...new Set(codes)].map((code) => this.plan.counties.nameOf(code)).join('、');
  }

  /** Each part with its level, where they are not all the same. */
  private where({ counties, areas = [] }: Covering): string {
    if (areas.length === 0) return this.places(counties);
    const levels = new Set(areas.map(({ level }) => level));
    return areas.map(({ name, level }) => (levels.size === 1 ? name : `${name}${LEVEL_IN_CHINESE[level]}`)).join('、');
  }

  private authorityName(authority: string): string {
    return this.plan.counties.all().find(({ code }) => code === authority)?.name ?? '全市';
  }

  /** `英德市防汛防风Ⅳ级应急响应`; the city's own without its name. */
  private responseInWords({ authority, hazard, issuedAs }: Whose, to: Level): string {
    const whose = this.plan.counties.all().find(({ code }) => code === authority)?.name ?? '';
    return `${whose}${hazardsInChinese(issuedAs ?? [hazard])}${to === 'none' ? '' : LEVEL_IN_CHINESE[to]}应急响应`;
  }
}

/** As many of several are listed. */
const MOST_LISTED = 20;
const HEADINGS: Readonly<Partial<Record<CallCause, string>>> = {
  fire: '火情核查',
  'fire-urgent': '火情紧急核查',
  'fire-overdue': '核查逾期',
  'source-silent': '数据中断',
  'obligation-overdue': '逾期未办',
};
/** The second block of a message, without what it is called. */
const whereOf = (text: string): string => /^哪里：(.*)$/m.exec(text)?.[1] ?? '';

/** What a person wrote is theirs, and says so. */
const reasonGiven = (reason: string): string => (reason.trim() === '' ? '见签发文件' : `签发说明：${quoted(reason)}`);

/** `6月7日02:14`, and `2019年6月7日02:14` when it is not this year's. */
function time(at: UtcInstant, now: UtcInstant): string {
  const [date = '', clock = ''] = shanghaiMinute(at).split('T');
  const [year, month, day] = date.split('-').map(Number);
  const sameYear = shanghaiMinute(now).startsWith(String(year));
  return `${sameYear ? '' : `${year}年`}${month}月${day}日${clock}`;
}
