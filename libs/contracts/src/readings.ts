import { Type, type Static } from 'typebox';
import { defineEvent, Instant, Name, OrNull, Quantity, Shape, Text } from './event.js';

const station = Name('station code of the plan’s gauge list, or the provider’s own');

/** Key: the station. Id: station, quantity, window and time of measurement. `occurredAt` is the end of the window or the moment of measurement. */
export const ReadingV1 = defineEvent(
  'reading.v1',
  'One measurement at a gauge.',
  Type.Union([
    Shape({
      station,
      quantity: Type.Literal('rain'),
      rainMm: Quantity('rain fallen in the window, millimetres', 0, 3_000),
      windowMinutes: Type.Integer({
        minimum: 1,
        maximum: 44_640,
        description: 'length of the window that ends at occurredAt, minutes; windows are never added up blindly',
      }),
    }),
    Shape({
      station,
      quantity: Type.Literal('stage'),
      stageM: Quantity('water stage above the station’s own zero, metres; may be negative', -1_000, 9_000),
    }),
    Shape({
      station,
      quantity: Type.Literal('flow'),
      flowM3s: Quantity('discharge, cubic metres a second; negative where a tide turns it', -500_000, 500_000),
    }),
    Shape({ station, quantity: Type.Literal('reservoir-level'), levelM: Quantity('reservoir level, metres', -1_000, 9_000) }),
  ]),
);
export type ReadingV1 = Static<typeof ReadingV1>;

/** Key: the station. Id: station, issuer, issue time and valid time. `occurredAt` is when it was issued. */
export const FloodForecastV1 = defineEvent(
  'flood-forecast.v1',
  'A forecast of stage, flow or return period at a station. It may raise a level, it never lowers one.',
  Shape({
    station,
    issuer: Name('who forecasts'),
    validAt: Instant('the moment forecast, usually the peak'),
    stageM: OrNull(Quantity('forecast stage, metres', -1_000, 9_000)),
    flowM3s: OrNull(Quantity('forecast discharge, cubic metres a second', 0, 500_000)),
    returnPeriodYears: OrNull(Quantity('return period of the flood forecast, years', 0, 100_000)),
    text: OrNull(Text('as issued')),
  }),
);
export type FloodForecastV1 = Static<typeof FloodForecastV1>;
