import type { Found, Rule } from './finding.js';
import { countedIn, sentencesOf } from './text.js';

/** Deaths of one accident of a grade (Decree 493 art. 3): so many at the least by deaths alone, so many at the most. */
const DEATHS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  一般: [0, 2],
  较大: [3, 9],
  重大: [10, 29],
  特别重大: [30, Infinity],
};
const GRADED =
  /(特别重大|重大|较大|一般)(?!及以上|以上|隐患|事故隐患|危险|活动|节日|风险)[\u4e00-\u9fff]{0,10}?事故(\d+)(?:起|宗)[,、]?(?:共)?(?:造成)?(?:死亡)(\d+)人/g;

/** Accidents of a grade and the deaths in them. Fewer may be graded by those injured or by loss; more may not. */
export const grades: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap(({ text, at }): Found[] =>
    [...text.matchAll(GRADED)].flatMap((match): Found[] => {
      const [words, grade = '', cases, deaths] = match;
      const [least, most] = DEATHS[grade] ?? [0, Infinity];
      const [many, dead] = [Number(cases), Number(deaths)];
      if (countedIn(words).length < 2) return [];
      if (dead > many * most)
        return [found(words, `${many}起${grade}事故至多死亡${many * most}人 / too many for the grade`, true)];
      if (dead < many * least)
        return [
          found(words, `${many}起${grade}事故若按死亡定级，至少${many * least}人 / too few by deaths alone`, false),
        ];
      return [];

      function found(written: string, reason: string, certain: boolean): Found {
        return { rule: 'grade', certain, at: at + match.index, printed: written, possible: reason };
      }
    }),
  );
