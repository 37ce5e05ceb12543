import { addMinutes, COLOUR_IN_CHINESE, shanghaiDate, type Colour, type UtcInstant } from '@fengsui/contracts';

/** When and where fires are more dangerous than usual. From the plan: dates of the year are Beijing's. */
export type SeasonPlan = Readonly<{
  /** 森林特别防护期, `10-01` to `04-30`, both of them in it; it goes over the end of the year. */
  specialPeriod: Readonly<{ from: string; until: string }>;
  /** Days on which many burn paper and go uphill 春节 清明 重阳, by year and name: `02-17`. Each begins on its eve. */
  festivals: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Colours of a fire-danger signal 森林火险预警 from which a fire is urgent. */ urgentColours: readonly Colour[];
  /** In the special period so many pixels of one fire are urgent. */ urgentPixels: number;
}>;

/** Whether an instant lies in the special period of forest protection 森林特别防护期. */
export function inSpecialPeriod(at: UtcInstant, { specialPeriod: { from, until } }: SeasonPlan): boolean {
  const day = shanghaiDate(at).slice(5);
  return from <= until ? from <= day && day <= until : from <= day || day <= until;
}

/**
 * The festival on whose day, or the eve of which, an instant lies; null: none.
 * @throws RangeError for a year that the calendar does not know: it must not be taken for one without festivals
 */
export function festivalAt(at: UtcInstant, { festivals }: SeasonPlan): string | null {
  const today = shanghaiDate(at);
  const tomorrow = shanghaiDate(addMinutes(at, 1_440));
  const known = festivals[today.slice(0, 4)];
  if (known === undefined)
    throw new RangeError(`节日日历没有 ${today.slice(0, 4)} 年 / the calendar of festivals ends before ${today}`);
  for (const day of [today, tomorrow])
    for (const [name, date] of Object.entries(festivals[day.slice(0, 4)] ?? {}))
      if (day.slice(5) === date) return day === today ? name : `${name}前一日`;
  return null;
}

/** What is known around a fire when it is asked about. */
export type FireSetting = Readonly<{
  at: UtcInstant;
  pixels: number;
  /** Signals in force for its county. */ danger: readonly Colour[];
  /** Strongest wind measured in its county of late, metres a second; null: none was measured. */ windMs: number | null;
  /** Forest, houses, works so near that it is urgent, in words. */ near: readonly string[];
}>;

/** What makes a fire more urgent than others; empty: nothing known. @param windMs from which wind; null: of none */
export function whyUrgent(fire: FireSetting, plan: SeasonPlan, windMs: number | null): readonly string[] {
  const colour = plan.urgentColours.find((one) => fire.danger.includes(one));
  const isSpecial = inSpecialPeriod(fire.at, plan);
  return [
    ...(colour === undefined ? [] : [`森林火险${COLOUR_IN_CHINESE[colour]}预警`]),
    ...festival(fire.at, plan),
    ...(isSpecial && fire.pixels >= plan.urgentPixels ? [`特别防护期，${fire.pixels}个像元`] : []),
    ...(windMs !== null && fire.windMs !== null && fire.windMs >= windMs ? [`风速${fire.windMs}米/秒`] : []),
    ...fire.near,
  ];
}

/** In a year that the calendar does not know a fire is not less urgent than on a festival. */
function festival(at: UtcInstant, plan: SeasonPlan): readonly string[] {
  try {
    const name = festivalAt(at, plan);
    return name === null ? [] : [name];
  } catch (error) {
    return [(error as RangeError).message];
  }
}
