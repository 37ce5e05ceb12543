import { learnPlaces, replayMask, signSets } from '@fengsui/rules';
import type { Learnt, ToGroup, ToLearn } from './fire-thread.js';

/** The program of the thread beside: places of heat, and the replay of their mask. */
export const learn = ({ signs, plan, reach, now }: ToLearn): Learnt => ({
  places: learnPlaces(signs, plan, now),
  replay: replayMask(signs, reach, plan),
});

/** Sets of signs, by their places in what was given. */
export function group({ signs, reach }: ToGroup): number[][] {
  const numbered = signs.map((sign, index) => ({ ...sign, index }));
  return signSets(numbered, reach, ({ set }) => set).map((set) => set.map(({ index }) => index));
}
