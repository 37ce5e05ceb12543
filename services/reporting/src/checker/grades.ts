import { deathsOfGrade, type Grade } from '@fengsui/rules';
import type { Found, Rule } from './finding.js';
import { sentencesOf } from './text.js';

const GRADES: Readonly<Record<string, Grade>> = {
  一般: 'general',
  较大: 'larger',
  重大: 'major',
  特别重大: 'extra-major',
};
const GRADED =
  /(?<![和及与、])(特别重大|重大|较大|一般)(?!及以上|以上|隐患|事故隐患|危险|活动|节日|风险)(?:(?!和|及|与|较大|重大|一般)[\u4e00-\u9fff]){0,10}?事故(\d+)(?:起|宗)[,、]?(?:共)?(?:造成)?(?:死亡)(\d+)人/g;

/** Accidents of a grade and the deaths in them. Fewer may be graded by those injured or by loss; more may not. */
export const grades: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap(({ text, at }): Found[] =>
    [...text.matchAll(GRADED)].flatMap((match): Found[] => {
      const [printed, grade = '', cases, deaths] = match;
      const [least, most] = deathsOfGrade(GRADES[grade] ?? 'general');
      const [many, dead] = [Number(cases), Number(deaths)];
      if (many * least <= dead && dead <= many * most) return [];
      const certain = dead > many * most;
      const possible = certain
        ? `${many}起${grade}事故至多死亡${many * most}人 / too many for the grade`
        : `${many}起${grade}事故若按死亡定级，至少${many * least}人 / too few by deaths alone`;
      return [{ rule: 'grade', certain, at: at + match.index, printed, possible }];
    }),
  );
