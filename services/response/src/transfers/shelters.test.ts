import { expect, it } from '@jest/globals';
import { fullShelters } from './shelters.js';

const shelter = (id: string, capacity: number, county = '441881') => ({ id, name: `场所${id}`, county, capacity });
const words = (...filling: { shelter: string; people: number }[]): string[] =>
  fullShelters([shelter('a', 100), shelter('b', 30), shelter('c', 50), shelter('d', 900, '441802')], filling).map(
    ({ about, words: said }) => `${about} ${said}`,
  );

it('proposes the next shelter of the county that has room for the rest', () => {
  expect(words({ shelter: 'a', people: 100 })).toEqual([]);
  expect(words({ shelter: 'a', people: 140 })).toEqual([
    expect.stringMatching(/^a .*超出40人；建议改往“场所c”（尚余50人）/),
  ]);
});

it('knows a shelter by its name, and counts those who came when they are more than were to come', () => {
  expect(words({ shelter: '场所a', people: 90 }, { shelter: 'a', people: 101 })).toEqual([
    expect.stringContaining('超出1人'),
  ]);
});

it('proposes what has most room where none has enough, and says so where none is left', () => {
  expect(words({ shelter: 'a', people: 200 })).toEqual([expect.stringContaining('“场所c”')]);
  expect(words({ shelter: 'd', people: 901 })).toEqual([expect.stringContaining('再无余位')]);
});
