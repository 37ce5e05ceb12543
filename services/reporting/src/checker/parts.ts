import type { Found, Rule } from './finding.js';
import { countedIn, sentencesOf, type Counted } from './text.js';

/** Of whom: a number of the dead is held to no number of the injured. */
const WHO = /(死亡|受伤)[^\d]{0,3}$/;
const whoIn = (text: string, { at }: Counted): string => WHO.exec(text.slice(0, at))?.[1] ?? '';

/** 其中: a part of what was said just before is no more than that. */
export const parts: Rule = (paragraph) =>
  sentencesOf(paragraph).flatMap(({ text, at }): Found[] => {
    const counted = countedIn(text);
    return [...text.matchAll(/其中/g)].flatMap(({ index }) => {
      const [first, ...others] = counted.filter((one) => one.at > index);
      // Further numbers are of the same part where they say of whom they are.
      const told = [...(first === undefined ? [] : [first]), ...others.filter((one) => whoIn(text, one) !== '')];
      return told.flatMap((part): Found[] => {
        const who = whoIn(text, part);
        // The largest of its kind: 死亡12人、受伤5人，其中死亡10人.
        const [whole] = counted
          .filter((one) => one.end <= index && one.measure === part.measure && !one.isAside)
          .filter((one) => part === first || whoIn(text, one) === who)
          .sort((a, b) => b.value - a.value);
        if (whole === undefined || part.measure === 'other' || part.value <= whole.value) return [];
        const reason = `其中的${part.text}多于${whole.text} / the part is more than the whole`;
        return [{ rule: 'part', certain: true, at: at + part.at, printed: part.text, possible: reason }];
      });
    });
  });
