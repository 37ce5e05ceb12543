import { Type, type Static } from 'typebox';
import { defineEvent, Division, Instant, Name, OneOf, OrNull, SaidStatus, Shape, Text } from './event.js';

/**
 * What people see and say of a flood: dike 堤防险情, dam 水库大坝险情, waterlogging 内涝, landslide 地质灾害灾情, a numbered flood
 * 编号洪水, a notice of discharge 泄洪通知, a forecast of heavy rain 强降雨预报, the judgement of a consultation 会商意见.
 */
export const SITUATION_KINDS = [
  'dike',
  'dam',
  'waterlogging',
  'landslide',
  'numbered-flood',
  'discharge',
  'rain-forecast',
  'consultation',
] as const;
export type SituationKind = (typeof SITUATION_KINDS)[number];
export const SITUATION_IN_CHINESE: Readonly<Record<SituationKind, string>> = {
  dike: '堤防险情',
  dam: '水库大坝险情',
  waterlogging: '内涝',
  landslide: '地质灾害灾情',
  'numbered-flood': '编号洪水',
  discharge: '泄洪通知',
  'rain-forecast': '强降雨预报',
  consultation: '会商意见',
};
/** 一般 较大 重大 特别重大, lowest first; of rain 大雨 暴雨 大暴雨 特大暴雨, of a consultation what it judges. */
export const SITUATION_GRADES = ['general', 'larger', 'major', 'extra-major'] as const;
export type SituationGrade = (typeof SITUATION_GRADES)[number];
export const SITUATION_GRADE_IN_CHINESE: Readonly<Record<SituationGrade, string>> = {
  general: '一般',
  larger: '较大',
  major: '重大',
  'extra-major': '特别重大',
};

/** Key: the report. Id: report and moment. `occurredAt` is when it stood so; the last of a report stands. */
export const SituationV1 = defineEvent(
  'situation.v1',
  'What is reported of a dike, a dam, standing water, a numbered flood or a discharge, or what a consultation judges.',
  Shape({
    reportId: Name('number of the report: what is said of the same thing later has the same'),
    status: SaidStatus,
    kind: OneOf(SITUATION_KINDS, '险情 内涝 编号洪水 泄洪 会商'),
    grade: OneOf(SITUATION_GRADES, 'how grave'),
    counties: Type.Array(Division('county'), { minItems: 1, maxItems: 100, description: 'where' }),
    river: OrNull(Name('river, reservoir or place that it is about')),
    over: Type.Boolean({ description: 'it is over 解除' }),
    untilAt: OrNull(Instant('until when it holds if nothing more is said; null: until it is over')),
    reportedBy: Name('who says so: an office, or who sat in the consultation'),
    text: Text('in words'),
  }),
);
export type SituationV1 = Static<typeof SituationV1>;
