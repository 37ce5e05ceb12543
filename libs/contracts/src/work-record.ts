import { Type, type Static, type TSchema } from 'typebox';
import { Count, defineEvent, Division, Name, OneOf, SaidStatus, Shape, Text } from './event.js';

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
    kind('publicity', 'publicity event 宣传活动', { attendance: Count('persons reached') }),
    kind('examination', 'examination for special operations 特种作业考试', {
      candidates: Count('persons examined'),
      passed: Count('of them passed'),
    }),
    kind('training', 'training 培训', { persons: Count('persons trained') }),
    kind('drill', 'drill 演练', { persons: Count('persons taking part') }),
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
    kind('narrative', 'a paragraph that people wrote for the summary', {
      section: Name('section of the summary’s skeleton'),
      order: Count('place among its paragraphs'),
    }),
  ]),
);
export type WorkRecordV1 = Static<typeof WorkRecordV1>;
export type WorkKind = WorkRecordV1['data']['kind'];
