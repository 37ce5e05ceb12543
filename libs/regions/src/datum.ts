import type { Datum } from '@fengsui/contracts';
import published from 'gcoord';

/** Its types tell of an object within what the module is at run time. */
const gcoord = published as unknown as typeof published.default;

/** Degrees, WGS-84. */
type Position = Readonly<{ latitude: number; longitude: number }>;
/** A metre is some 1e-5 degrees. */
const DECIMALS = 6;

/**
 * A position in WGS-84. Maps and telephones in China give GCJ-02 or BD-09, some hundred metres beside it: enough for
 * another village.
 * @param datum in which it was given; without it WGS-84, as the contracts say
 */
export function toWgs84({ latitude, longitude }: Position, datum: Datum = 'WGS-84'): Position {
  if (datum === 'WGS-84') return { latitude, longitude };
  const from = datum === 'GCJ-02' ? gcoord.GCJ02 : gcoord.BD09;
  const [east, north] = gcoord.transform([longitude, latitude], from, gcoord.WGS84) as [number, number];
  return { latitude: Number(north.toFixed(DECIMALS)), longitude: Number(east.toFixed(DECIMALS)) };
}
