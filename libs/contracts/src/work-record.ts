import { Type, type Static, type TSchema } from 'typebox';
import { Count, Day, defineEvent, Division, Name, OneOf, Quantity, SaidStatus, Shape, Text } from './event.js';

const common = {
  status: SaidStatus,
  recordId: Name('number of the record, unique within its kind'),
  county: Division('where, or the city’s own code'),
  organ: Name('who did it'),
  text: Text('what was done, in words'),
};
const kind = <K extends string, P extends Record<string, TSchema>>(name: K, description: string, measures: P) =>
  Shape({ ...common, kind: Type.Literal(name), ...measures }, description);

const recipient = {
  recipient: Name('the place or department'),
  recipientKind: OneOf(['county', 'department'], 'which of the two'),
};

const money = (description: string) => Quantity(description, 0, 1e13);

const TEAM_KINDS = ['professional', 'grassroots', 'enterprise', 'volunteer'] as const;
const RELIEF_KINDS = ['emergency', 'winter-spring', 'rebuilding'] as const;
const POINT_KINDS = ['landslide', 'cut-slope', 'flash-flood', 'waterlogging', 'other'] as const;

/** Key: the record. Id: kind and record. `occurredAt` is when the work was done. */
export const WorkRecordV1 = defineEvent(
  'work-record.v1',
  'A piece of the bureau’s work that the annual summary counts or tells.',
  Type.Union([
    kind('safety-visit', 'guidance visit to an enterprise 安全指导服务', {
      enterpriseId: Name('unified credit code or the bureau’s number'),
    }),
    kind('hazard-found', 'hidden hazard found 排查出隐患', {
      hazardId: Name('number of the hazard'),
      enterpriseId: Name('where'),
      grade: OneOf(['general', 'major'], '一般 or 重大'),
    }),
    kind('hazard-fixed', 'hidden hazard put right 整改', { hazardId: Name('number of the hazard') }),
    kind('leader-inspection', 'inspection led by a leader 领导带队督导检查', {
      leaderRank: OneOf(['city', 'bureau', 'county'], 'rank'),
      unannounced: Type.Boolean({ description: '暗访' }),
    }),
    kind('reminder', 'written reminder 提醒函', recipient),
    kind('interview', 'called to an interview 约谈', recipient),
    kind('mine-outcome', 'outcome for an underground mine 地下矿山整治', {
      mineId: Name('the mine'),
      outcome: OneOf(['exited', 'closed', 'upgraded'], '退出 关闭 整顿提升'),
    }),
    kind('publicity', 'publicity event 宣传活动', {
      attendance: Count('persons reached'),
      channel: Type.Optional(Name('by what it reached them: 应急广播, 电视台')),
    }),
    kind('examination', 'examination for special operations 特种作业考试', {
      candidates: Count('persons examined'),
      passed: Count('of them passed'),
    }),
    kind('training', 'training 培训', { persons: Count('persons trained') }),
    kind('drill', 'drill 演练', {
      persons: Count('persons taking part'),
      topic: Type.Optional(Name('what it is called')),
    }),
    kind('permit', 'administrative permit handled 行政许可办结', {
      online: Type.Boolean({ description: 'handled wholly online' }),
    }),
    kind('consultation', 'consultation 会商', {
      participants: Count('units taking part'),
      decision: Text('what was decided'),
    }),
    kind('epidemic-support', 'a batch of staff sent to support epidemic control', { persons: Count('persons sent') }),
    kind('volunteering', 'voluntary service in a community', { persons: Count('persons serving') }),
    kind('community-nomination', 'community nominated as a model of disaster reduction', {
      community: Name('the community'),
    }),
    kind('campaign', 'campaign or special rectification 专项行动', { topic: Name('its name') }),
    kind('holiday-duty', 'a holiday with somebody on duty throughout 节假日值班值守', {
      holiday: Name('what it is called'),
      persons: Count('persons on duty'),
    }),
    kind(
      'rescue-team',
      'rescue team on the list; its number of the record has the year, so that it counts once in it 应急救援队伍',
      {
        teamId: Name('number of the team'),
        teamKind: OneOf(TEAM_KINDS, '综合性专业 基层 企业 社会志愿'),
        persons: Count('members'),
      },
    ),
    kind('expert', 'expert on the list, each year anew 应急专家', {
      expertId: Name('number of the expert'),
      field: Name('speciality'),
    }),
    kind('relief', 'relief given to people 救灾救助', {
      reliefKind: OneOf(RELIEF_KINDS, '应急救助 冬春救助 恢复重建'),
      persons: Count('persons helped'),
      amountYuan: money('yuan given'),
    }),
    kind('disaster', 'a natural disaster and what it cost; a later record of it states all anew 自然灾害灾情', {
      disaster: Name('what it is called'),
      affected: Count('persons affected 受灾人口'),
      collapsedRooms: Count('rooms of collapsed houses 倒塌房屋间数'),
      lossYuan: money('direct economic loss, yuan'),
    }),
    kind('risk-survey', 'risk point surveyed 隐患点排查', {
      pointId: Name('number of the point'),
      pointKind: OneOf(POINT_KINDS, '地质灾害 削坡建房 山洪灾害 城市内涝 其他'),
    }),
    kind('model-village', 'village equipped for emergencies “十个有”', {
      village: Name('the village'),
      scope: OneOf(['provincial', 'city'], 'model of the province 省级样板, or of the city'),
    }),
    kind('tip-off', 'tip-off handled 举报核查', {
      verified: Type.Boolean({ description: 'found to be true 属实' }),
      rewardYuan: money('reward paid, yuan'),
    }),
    kind('plan-task', 'task of the plan for a year; it counts on the day it is due 工作计划任务', {
      section: Name('section of the summary’s skeleton, as of a narrative'),
      order: Count('place among its tasks'),
      task: Name('what is to be done'),
      owner: Name('who does it'),
      due: Day('the last day for it, in Beijing'),
      isDone: Type.Boolean({ description: 'whether it is done; a later record of it says so' }),
    }),
    kind('narrative', 'a paragraph that people wrote for the summary', {
      section: Name('section of the summary’s skeleton'),
      order: Count('place among its paragraphs'),
      period: Type.Optional(
        Name(
          'of which report: 2020, 2020H1; without it that of the year, until the end of February of the year before',
        ),
      ),
    }),
  ]),
);
export type WorkRecordV1 = Static<typeof WorkRecordV1>;
export type WorkKind = WorkRecordV1['data']['kind'];
