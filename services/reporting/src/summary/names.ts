/** What a value of a field is called; a county is called by its plan. */
export const nameOfValue = (key: string): string => NAMES[key] ?? key;

const NAMES: Readonly<Record<string, string>> = {
  'road-transport': '道路运输业',
  construction: '房屋建筑及市政工程',
  'commerce-manufacturing': '商贸制造业',
  mining: '矿山',
  chemicals: '危险化学品',
  'agriculture-fishery': '农业渔业',
  other: '其他',
  general: '一般',
  larger: '较大',
  major: '重大',
  'extra-major': '特别重大',
  professional: '综合性专业队伍',
  grassroots: '基层队伍',
  enterprise: '企业队伍',
  volunteer: '社会志愿队伍',
  emergency: '应急救助',
  'winter-spring': '冬春救助',
  rebuilding: '恢复重建',
  landslide: '地质灾害',
  'cut-slope': '削坡建房',
  'flash-flood': '山洪灾害',
  waterlogging: '城市内涝',
};
