import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Layer } from './layer.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-layer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const layerOf = (...features: readonly (readonly [type: string, coordinates: unknown, properties?: object])[]) => {
  const written = features.map(([type, coordinates, properties = {}]) => {
    return { type: 'Feature', properties, geometry: { type, coordinates } };
  });
  writeFileSync(path.join(folder, 'layer.geojson'), JSON.stringify({ features: written }));
  return Layer.ofPlan(folder, 'layer.geojson');
};
/** From 113 to 113.1 east and 24 to 24.1 north, with a hole in it. */
const square = [
  [
    [113, 24],
    [113.1, 24],
    [113.1, 24.1],
    [113, 24.1],
    [113, 24],
  ],
  [
    [113.04, 24.04],
    [113.06, 24.04],
    [113.06, 24.06],
    [113.04, 24.06],
    [113.04, 24.04],
  ],
];

describe('a layer', () => {
  it('says what holds a point, and how far it is to what does not', () => {
    const layer = layerOf(['Polygon', square, { cover: '林地' }], ['Point', [113.3, 24.05]]);
    expect(layer.at(24.01, 113.01)).toEqual({ cover: '林地' });
    expect(layer.at(24.05, 113.05)).toBeNull(); // in the hole
    expect(layer.kmTo(24.01, 113.01, 5)).toBe(0);
    expect(layer.kmTo(24.05, 113.05, 5)).toBeCloseTo(1.016, 2);
    expect(layer.kmTo(24.05, 113.11, 5)).toBeCloseTo(1.015, 2);
    expect(layer.kmTo(24.05, 113.29, 5)).toBeCloseTo(1.015, 2);
    expect(layer.kmTo(24.05, 113.2, 5)).toBeNull();
  });

  it('may be of lines and of several areas', () => {
    const layer = layerOf(['LineString', [[113, 24], [113, 25]]], ['MultiPolygon', [square]]); // prettier-ignore
    expect(layer.kmTo(24.5, 113.01, 5)).toBeCloseTo(1.012, 2);
    expect(layer.kmTo(24.05, 113.08, 5)).toBe(0);
  });

  it('that is no GeoJSON, or not there, is refused by its name', () => {
    expect(() => layerOf(['Point', []])).toThrow('layer.geojson');
    expect(() => layerOf(['Blob', [1, 2]])).toThrow('layer.geojson');
    expect(() => Layer.ofPlan(folder, 'forest.geojson')).toThrow('forest.geojson');
  });
});
