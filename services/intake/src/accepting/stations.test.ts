import { expect, it } from '@jest/globals';
import { PLAN } from './reading-for-tests.js';

it.each([
  ['飞来峡', ['feilaixia']],
  ['飞来峡(坝下)站', ['feilaixia']],
  ['Fei-Lai-Xia', ['feilaixia']],
  ['feilaixi', ['feilaixia']],
  ['shijiao ', ['shijiao']],
  ['英德', ['yingde']],
  ['uk-ea/Example Bridge', []],
  ['a', []],
])('%s is written like %j', (name, near) => {
  expect(PLAN.stations.near(name)).toEqual(near);
});
