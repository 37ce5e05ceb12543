import type { Found, Rule } from './finding.js';
import { countedIn, sentencesOf } from './text.js';

/** 其中: a part of what was said just before is no more than that. */
export const parts: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap(({ text, at }): Found[] => {
    const counted = countedIn(text);
    return [...text.matchAll(/其中/g)].flatMap(({ index }) => {
      const part = counted.find((one) => one.at > index);
      // The largest of its measure: 死亡12人、受伤5人，其中死亡10人.
      const whole = counted
        .filter((one) => one.end <= index && one.measure === part?.measure && !one.isAside)
        .sort((a, b) => b.value - a.value)[0];
      if (part === undefined || whole === undefined || part.measure === 'other' || part.value <= whole.value) return [];
      const reason = `其中的${part.text}多于${whole.text} / the part is more than the whole`;
      return [{ rule: 'part', certain: true, at: at + part.at, printed: part.text, possible: reason }];
    });
  });
