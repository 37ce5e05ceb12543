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

/**
 * What a response is against: 防汛, 防风, 防内涝, 防旱, 防冻. Several are issued as one response where they come
 * together: 防汛防风.
 */
export const HAZARDS = ['flood', 'wind', 'waterlogging', 'drought', 'frost'] as const;
export type Hazard = (typeof HAZARDS)[number];
export const HAZARD_IN_CHINESE: Readonly<Record<Hazard, string>> = {
  flood: '防汛',
  wind: '防风',
  waterlogging: '防内涝',
  drought: '防旱',
  frost: '防冻',
};

/** `防汛防风`: in the order of `HAZARDS`, whatever order they are given in. */
export const hazardsInChinese = (hazards: readonly Hazard[]): string =>
  HAZARDS.flatMap((hazard) => (hazards.includes(hazard) ? [HAZARD_IN_CHINESE[hazard]] : [])).join('');

/**
 * Reads `防汛`, `防风防汛`, `防汛防旱防风`, `防冻`, `水利防汛` and the like.
 * @returns none when no hazard is named
 */
export const parseHazards = (written: string): readonly Hazard[] =>
  HAZARDS.filter((hazard) => new RegExp(WRITTEN_HAZARDS[hazard], 'u').test(written));

const WRITTEN_HAZARDS: Readonly<Record<Hazard, string>> = {
  flood: '防汛|防洪|汛(?=风|旱|台)|\\bflood\\b',
  wind: '防风|防台|防热带气旋|台风|\\bwind\\b',
  waterlogging: '内涝|\\bwaterlogging\\b',
  drought: '防旱|抗旱|\\bdrought\\b',
  frost: '防冻|低温|冰冻|\\bfrost\\b',
};
