import { minutesBetween, type ObservedEvent, type Refusal, type UtcInstant } from '@fengsui/contracts';

/** What may be said ahead of its receipt. */
export type Ahead = Readonly<{
  /** Minutes that what has happened may lie after its receipt, by contract: clocks differ. */
  minutes: Readonly<Partial<Record<ObservedEvent['type'], number>>> & Readonly<{ default: number }>;
  /** Days that a forecast reaches beyond its issue. */ forecastDays: number;
}>;

/** Where the plan says nothing. A satellite's pass is dated by its end, a warning by the clock of another office. */
export const AHEAD: Ahead = {
  minutes: { default: 10, 'hotspot.v1': 15, 'weather-warning.v1': 60 },
  forecastDays: 30,
};

/**
 * Why an instant is out of reason, or null. What has happened cannot lie ahead: one reading of the year 2049 would be
 * the newest of its gauge for 23 years. Of a forecast the issue has happened, and its moment must be one that anybody
 * forecasts.
 * @param now when it came in
 */
export function outOfReason(event: ObservedEvent, now: UtcInstant, { minutes, forecastDays }: Ahead): Refusal | null {
  const most = minutes[event.type] ?? minutes.default;
  const { place, at, forecast } = instantsOf(event);
  if (at !== null && minutesBetween(now, at) > most)
    return {
      place,
      reason: `${at} 晚于接收时间 ${now} / lies after it came in, ${now}`,
      expected: `不晚于接收后 ${most} 分钟；请核对时钟、时区和年份 / at most ${most} minutes after; check clock, zone and year`,
    };
  if (forecast !== null && minutesBetween(at ?? now, forecast.at) > forecastDays * 24 * 60)
    return {
      place: forecast.place,
      reason: `${forecast.at} 超出预报期 / lies further ahead than anybody forecasts`,
      expected: `发布后 ${forecastDays} 天以内 / at most ${forecastDays} days after the issue`,
    };
  return null;
}

type Instants = Readonly<{
  place: string;
  /** What has happened; null: not known when. */ at: UtcInstant | null;
  forecast: Readonly<{ place: string; at: UtcInstant }> | null;
}>;

function instantsOf(event: ObservedEvent): Instants {
  switch (event.type) {
    case 'weather-warning.v1':
      return { place: 'data/sentAt', at: event.data.sentAt, forecast: null };
    case 'flood-forecast.v1':
      return {
        place: 'occurredAt',
        at: event.occurredAt,
        forecast: { place: 'data/validAt', at: event.data.validAt },
      };
    case 'storm-position.v1':
      return event.data.kind === 'analysis'
        ? { place: 'occurredAt', at: event.occurredAt, forecast: null }
        : { place: 'data/issuedAt', at: event.data.issuedAt, forecast: { place: 'occurredAt', at: event.occurredAt } };
    default:
      return { place: 'occurredAt', at: event.occurredAt, forecast: null };
  }
}
