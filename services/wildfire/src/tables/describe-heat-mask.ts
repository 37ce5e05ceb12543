/** What the tables of the heat mask mean, in the database itself: as their entities say it. */
export const DESCRIBE_HEAT_MASK = `
  comment on column wildfire.fire."heat_place" is
    'place of the heat mask that explains it, version/number; null: none';
  comment on column wildfire.heat_mask."accepted" is 'lost fires that whoever applied it named';
  comment on column wildfire.heat_mask."applied_at" is 'in force from; null: never';
  comment on column wildfire.heat_mask."applied_by" is 'order by which';
  comment on column wildfire.heat_mask."ended_at" is 'in force until; null: still, or never';
  comment on column wildfire.heat_mask."learned_at" is 'learnt at, from what was known then';
  comment on column wildfire.heat_mask."learned_by" is 'order by which';
  comment on column wildfire.heat_mask."lost" is 'confirmed fires of which nobody would have been told';
  comment on column wildfire.heat_mask."plan" is 'version of the plan';
  comment on column wildfire.heat_mask."signs" is 'signs that it was learnt from';
  comment on column wildfire.heat_mask."version" is '1 for the first';
  comment on column wildfire.heat_mask."weeks" is
    'by week, what a mask learnt from the weeks before would have left out';
  comment on table wildfire.heat_mask is
    'Versions of the mask of standing heat 热源底图, each with its replay; in force when applied and not ended';
  comment on column wildfire.heat_place."because" is 'verdict or recurrence';
  comment on column wildfire.heat_place."days" is 'days in Beijing on which it was seen';
  comment on column wildfire.heat_place."frp_least" is 'least fire radiative power, megawatts; null: never given';
  comment on column wildfire.heat_place."frp_median" is 'median of it';
  comment on column wildfire.heat_place."frp_most" is 'most of it';
  comment on column wildfire.heat_place."latitude" is 'degrees north, of its middle';
  comment on column wildfire.heat_place."longitude" is 'degrees east';
  comment on column wildfire.heat_place."n" is '1 for the first';
  comment on column wildfire.heat_place."night_share" is 'share of its days at night; null: the source does not say';
  comment on column wildfire.heat_place."pinned_by" is 'who judged it; null: nobody, it recurs';
  comment on column wildfire.heat_place."signs" is 'signs';
  comment on column wildfire.heat_place."since" is 'first seen';
  comment on column wildfire.heat_place."types" is 'how often the source called it which FIRMS type';
  comment on column wildfire.heat_place."until" is 'last seen';
  comment on column wildfire.heat_place."verdicts" is 'what people found there, and how often';
  comment on column wildfire.heat_place."version" is 'version of the mask';
  comment on table wildfire.heat_place is 'Places at which heat is no fire, by version of the mask';
  comment on column wildfire.sign."neighbour" is 'of what lies outside: in whose area';
  comment on column wildfire.sign."published_at" is 'published by the provider at; null: it does not say';
`;
