import { learnPlaces, replayMask, type HeatPlace, type MaskReplay } from '@fengsui/rules';
import type { ToLearn } from './mask-thread.js';

/** The program of the thread that learns places of heat. */
export default ({
  signs,
  plan,
  reach,
  now,
}: ToLearn): Readonly<{ places: readonly HeatPlace[]; replay: MaskReplay }> => ({
  places: learnPlaces(signs, plan, now),
  replay: replayMask(signs, reach, plan),
});
