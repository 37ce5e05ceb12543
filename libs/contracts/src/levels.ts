/** Flood response levels 应急响应等级, lowest first. A level is not a colour: a colour is what a weather bureau signals. */
export const LEVELS = ['none', 'IV', 'III', 'II', 'I'] as const;
export type Level = (typeof LEVELS)[number];
/** Levels that can be in force, lowest first. */
export const LEVELS_ORDERED = ['IV', 'III', 'II', 'I'] as const;
export type LevelOrdered = (typeof LEVELS_ORDERED)[number];

/** Colours of warning signals 预警信号颜色, lowest first. White exists for typhoons in Guangdong only. */
export const COLOURS = ['white', 'blue', 'yellow', 'orange', 'red'] as const;
export type Colour = (typeof COLOURS)[number];

/** 0 for `none`, 4 for `I`. */
export const levelRank = (level: Level): number => LEVELS.indexOf(level);
export const colourRank = (colour: Colour): number => COLOURS.indexOf(colour);

const WRITTEN: Readonly<Record<string, Level>> = {
  Ⅳ: 'IV',
  Ⅲ: 'III',
  Ⅱ: 'II',
  Ⅰ: 'I',
  IV: 'IV',
  III: 'III',
  II: 'II',
  I: 'I',
  四: 'IV',
  三: 'III',
  二: 'II',
  一: 'I',
  4: 'IV',
  3: 'III',
  2: 'II',
  1: 'I',
  none: 'none',
  无: 'none',
};

/** Reads Ⅳ, Ⅳ级, IV, 四级, 4 and the like; null when it is none of them. Text itself is never normalised. */
export const parseLevel = (written: string): Level | null => WRITTEN[written.trim().replace(/级$/u, '')] ?? null;

/** As notices print it: single Unicode characters U+2160 to U+2163. */
export const LEVEL_IN_CHINESE: Record<Level, string> = { none: '未启动', IV: 'Ⅳ级', III: 'Ⅲ级', II: 'Ⅱ级', I: 'Ⅰ级' };
export const COLOUR_IN_CHINESE: Record<Colour, string> = {
  white: '白色',
  blue: '蓝色',
  yellow: '黄色',
  orange: '橙色',
  red: '红色',
};
