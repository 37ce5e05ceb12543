import { expect, it } from '@jest/globals';
import { tooSlow } from './body-pace.js';

it.each([
  ['a drip of a byte a second is let go after ten seconds', 11, 11, 60, true],
  ['before ten seconds nobody is hurried', 9, 0, 60, false],
  ['1 KB a second keeps up until the time is over', 59, 59_000, 60, false],
  ['and is over then', 61, 61_000, 60, true],
  ['1 GB at 12 MB a second may take its time', 85, 1_000_000_000, 60, false],
  ['200 MB that stop are let go once 100 KB a second would have made more', 2_100, 200_000_000, 60, true],
])('%s', (_, took, size, seconds, slow) => expect(tooSlow(took, size, seconds) !== null).toBe(slow));
