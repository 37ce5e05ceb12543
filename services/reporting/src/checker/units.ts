import type { Found, Rule } from './finding.js';

/** People are no cases, cases no people, and money neither. */
const WRONG: readonly (readonly [RegExp, string])[] = [
  [/(?:死亡|受伤|失踪|失联)(?:人数)?(?:为|达)?\d+(?:起|宗|万元)(?=[,，。;；)）]|$)/g, '单位应为人 / people'],
  [/发生[^，,。;;\d]{0,12}(?:事故|火灾)(?:起数)?\d+(?:人|名)(?=[,，。;；、)）]|$)/g, '单位应为起 / cases'],
  [/(?:直接)?(?:经济|财产)损失(?:为|达|约)?\d+(?:\.\d+)?(?:起|宗|人|名)/g, '单位应为万元 / money'],
  [/\d+(?:\.\d+)?(?:亿万|万万|万亿万)元/g, '万元或亿元，只写一个 / one scale only'],
  [
    /\d+(?:\.\d+)?%(?:人(?![员群口力均])|起(?=[,，。;；、)）]|$)|宗|万元)/g,
    '百分比不带别的单位 / a percentage has no other unit',
  ],
  [
    /(?:同比|环比|上年|去年|同期)(?:上升|增长|增加|下降|减少)-\d+(?:\.\d+)?%/g,
    '方向已写在字里，数不带负号 / the word says the direction',
  ],
];

/** Units that cannot be those of what they count. */
export const units: Rule = ({ text, at }) =>
  WRONG.flatMap(([wrong, right]): Found[] =>
    [...text.matchAll(wrong)].map(({ 0: printed, index }) => ({
      rule: 'unit',
      certain: true,
      at: at + index,
      printed,
      possible: right,
    })),
  );
