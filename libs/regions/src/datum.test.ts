import { expect, it } from '@jest/globals';
import { toWgs84 } from './datum.js';

// Pairs that other libraries for these datums are tested by: Shanghai, Shenzhen, Beijing.
it.each([
  [31.17530398364597, 121.531541859215, 31.1774276, 121.5272106],
  [22.540796131694766, 113.9171764808363, 22.543847, 113.912316],
  [39.91334545536069, 116.38404722455657, 39.911954, 116.377817],
])('GCJ-02 %s, %s is %s, %s in WGS-84, to a metre', (latitude, longitude, north, east) => {
  const place = toWgs84({ latitude, longitude }, 'GCJ-02');
  expect(Math.abs(place.latitude - north)).toBeLessThan(1e-5);
  expect(Math.abs(place.longitude - east)).toBeLessThan(1e-5);
});

it('what is in WGS-84 stays as it is', () => {
  const place = { latitude: 24.2943, longitude: 113.687 };
  expect(toWgs84(place)).toEqual(place);
  expect(toWgs84(place, 'WGS-84')).toEqual(place);
});
