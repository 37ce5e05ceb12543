import { basesFor } from './arithmetic.js';
import { changesAfter, type Changed } from './changes.js';
import type { Found, Rule } from './finding.js';
import { isWhole } from './text.js';

/**
 * 事故10起，同比下降50%；其中道路运输9起，同比下降70%: each of the two has a base, 20 and 30, but a part was no more than
 * its whole in the period before, either. Only where both have a change of their own, and nothing stands between.
 */
export const partChanges: Rule = ({ text, at }) => {
  const told = changesAfter(text);
  return [...text.matchAll(/其中/g)].flatMap(({ index }): Found[] => {
    const part = told.find(({ counted }) => counted.at > index);
    const whole = told.findLast(({ end }) => end <= index);
    if (part === undefined || whole === undefined || part.counted.measure !== whole.counted.measure) return [];
    if (part.against !== whole.against) return [];
    // Something else is told between the two: whose part it is nobody knows.
    if (
      !/^[。；;，,、（(\s]*$/.test(text.slice(whole.end, index)) ||
      /[\d。；;]/.test(text.slice(index, part.counted.at))
    )
      return [];
    const [most, least] = [Math.max(...basesOf(whole)), Math.min(...basesOf(part))];
    if (!Number.isFinite(most) || !Number.isFinite(least) || least <= most) return [];
    return [
      {
        rule: 'part',
        certain: true,
        at: at + part.counted.at,
        printed: `${part.counted.text} ${part.words}`,
        possible: `上期至少${least}，而其整体上期至多${most} / the part would have been more than the whole in the period before`,
      },
    ];
  });
};

/** Nothing of what is rounded, or of what fell by all of it: any base would do. */
const basesOf = ({ counted, change }: Changed): readonly number[] =>
  isWhole(counted) && change.percent !== -100 ? basesFor(counted.value, change) : [];
