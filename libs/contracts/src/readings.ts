import { Type, type Static } from 'typebox';
import {
  defineEvent,
  Instant,
  Latitude,
  Longitude,
  Name,
  OneOf,
  OrNull,
  Quantity,
  SaidStatus,
  Shape,
  Text,
} from './event.js';

const station = Name('station code of the plan’s gauge list, or the provider’s own');

/**
 * Key: the station. Id: station, quantity, window and time of measurement. `occurredAt` is the end of the window or
 * the moment of measurement.
 */
export const ReadingV1 = defineEvent(
  'reading.v1',
  'One measurement at a gauge.',
  Type.Union([
    Shape({
      station,
      status: SaidStatus,
      quantity: Type.Literal('rain'),
      rainMm: Quantity('rain fallen in the window, millimetres', 0, 3_000),
      windowMinutes: OrNull(
        Type.Integer({
          minimum: 1,
          maximum: 527_040,
          description:
            'length of the window that ends at occurredAt, minutes; windows are never added up blindly; null: the source does not say, so it is added to nothing',
        }),
      ),
    }),
    Shape({
      station,
      status: SaidStatus,
      quantity: Type.Literal('stage'),
      stageM: Quantity('water stage above the station’s own zero, metres; may be negative', -1_000, 9_000),
      thresholds: Type.Optional(
        Shape(
          {
            alertM: OrNull(Quantity('alert stage, metres', -1_000, 9_000)),
            minorFloodM: OrNull(Quantity('stage of a minor flood, metres', -1_000, 9_000)),
            majorFloodM: OrNull(Quantity('stage of a major flood, metres', -1_000, 9_000)),
          },
          'stages that the provider publishes with the reading, as it had them then; null: not set. No rule reads them: the plan has its own',
        ),
      ),
      asReported: Type.Optional(Text('the provider’s own word for the state of the river', 100)),
    }),
    Shape({
      station,
      status: SaidStatus,
      quantity: Type.Literal('flow'),
      flowM3s: Quantity('discharge, cubic metres a second; negative where a tide turns it', -500_000, 500_000),
    }),
    Shape({
      station,
      status: SaidStatus,
      quantity: Type.Literal('reservoir-level'),
      levelM: Quantity('reservoir level, metres', -1_000, 9_000),
    }),
  ]),
);
export type ReadingV1 = Static<typeof ReadingV1>;

/** Key: the station. Id: station and time of measurement. */
export const WindV1 = defineEvent(
  'wind.v1',
  'Wind measured at a station: a fire in it is more urgent.',
  Shape({
    station,
    status: SaidStatus,
    speedMs: Quantity('mean over ten minutes, metres a second', 0, 120),
    fromDegrees: OrNull(Quantity('from where it blows, degrees from north; null: not measured, or calm', 0, 360)),
  }),
);
export type WindV1 = Static<typeof WindV1>;

/** Key: the station. Id: station, issuer, issue time and valid time. `occurredAt` is when it was issued. */
export const FloodForecastV1 = defineEvent(
  'flood-forecast.v1',
  'A forecast of stage, flow or return period at a station. It may raise a level, it never lowers one.',
  Shape({
    station,
    status: SaidStatus,
    issuer: Name('who forecasts'),
    validAt: Instant('the moment forecast, usually the peak'),
    stageM: OrNull(Quantity('forecast stage, metres', -1_000, 9_000)),
    flowM3s: OrNull(Quantity('forecast discharge, cubic metres a second', 0, 500_000)),
    returnPeriodYears: OrNull(Quantity('return period of the flood forecast, years', 0, 100_000)),
    text: OrNull(Text('as issued')),
  }),
);
export type FloodForecastV1 = Static<typeof FloodForecastV1>;

/** Key and correlation: the storm. Id: issuer, storm, kind and time. `occurredAt` is the moment of the position. */
export const StormPositionV1 = defineEvent(
  'storm-position.v1',
  'Where a tropical cyclone was, or is expected to be.',
  Shape({
    status: SaidStatus,
    stormId: Name('number of the storm, 2007 for the seventh of 2020'),
    name: OrNull(Name('name of the storm; null before it has one')),
    issuer: Name('who analysed or forecasts'),
    kind: OneOf(['analysis', 'forecast'], 'where it was, or where it is expected'),
    issuedAt: OrNull(Instant('when a forecast was issued; null for an analysis')),
    latitude: Latitude,
    longitude: Longitude,
    grade: OneOf(
      ['tropical-depression', 'tropical-storm', 'severe-tropical-storm', 'typhoon', 'extratropical', 'other'],
      'grade as the issuer gives it',
    ),
    pressureHpa: OrNull(Quantity('central pressure, hectopascals', 800, 1_100)),
    windKt: OrNull(
      Quantity('maximum sustained wind over ten minutes, knots; null where the issuer gives none', 0, 250),
    ),
  }),
);
export type StormPositionV1 = Static<typeof StormPositionV1>;
