import type { Colour, UtcInstant, Verdict } from '@fengsui/contracts';
import {
  FlagColumn,
  InstantColumn,
  InstantKey,
  Key,
  LongColumn,
  NumberColumn,
  TextColumn,
  TextsColumn,
  WholeColumn,
} from '@fengsui/database';
import type { Phase } from '@fengsui/rules';
import { GivenOrder } from '@fengsui/service';
import { Check, Entity, Index } from 'typeorm';

/**
 * `noted`: nobody is sent out for it, because it is history, or heat of a place that was judged. `withdrawn`: none of
 * its signs is left.
 */
export type FireState = 'to-verify' | 'overdue' | 'judged' | 'noted' | 'merged' | 'withdrawn';

@Entity({ schema: 'wildfire', name: 'fire', comment: 'Fires to verify, and what was found' })
@Index('fire_last_seen_at_idx', ['lastSeenAt'])
@Check('fire_state_check', `state in ('to-verify', 'overdue', 'judged', 'noted', 'merged', 'withdrawn')`)
@Check('fire_phase_check', `phase in ('awake', 'asleep', 'extinguished', 'ended')`)
export class FireRow {
  @Key('county, day of the first sign, and its number there') id!: string;
  @TextColumn('county of the first sign') county!: string;
  @NumberColumn('degrees north; null: no position is known', { nullable: true }) latitude!: number | null;
  @NumberColumn('degrees east; null: no position is known', { nullable: true }) longitude!: number | null;
  @TextColumn('satellite or report') firstSeenBy!: 'satellite' | 'report';
  @InstantColumn('time of the first sign') firstSeenAt!: UtcInstant;
  @InstantColumn('time of the last sign') lastSeenAt!: UtcInstant;
  @InstantColumn('raised at') raisedAt!: UtcInstant;
  @InstantColumn('verify by') dueAt!: UtcInstant;
  @TextColumn('to-verify, overdue, judged, noted, merged or withdrawn') state!: FireState;
  @WholeColumn('how often somebody was asked to verify it', { default: 0 }) asked!: number;
  @TextsColumn('signs for which somebody was asked again the last time, when they are few')
  askedFor!: readonly string[];
  @TextColumn('what a judged fire does: awake, asleep, extinguished or ended; null: it is no fire', { nullable: true })
  phase!: Phase | null;
  @InstantColumn('open flame out 明火扑灭', { nullable: true }) extinguishedAt!: UtcInstant | null;
  @FlagColumn('a person parted it from another: no distance joins the two', { default: false }) apart!: boolean;
  @TextColumn('the fire that it ended in, or from whose heat it comes', { nullable: true }) mergedInto!: string | null;
  @TextColumn('place of the heat mask that explains it, version/number; null: none', { nullable: true }) heatPlace!:
    string | null;
  @TextColumn('what it was', { nullable: true }) verdict!: Verdict | null;
  @WholeColumn('persons killed', { nullable: true }) deaths!: number | null;
  @NumberColumn('area that burned, hectares', { nullable: true }) burnedAreaHa!: number | null;
  @TextColumn('who gave the verdict', { nullable: true }) decidedBy!: string | null;
  @InstantColumn('when', { nullable: true }) judgedAt!: UtcInstant | null;
  @TextColumn('why it was raised, or what was found') reason!: string;
  @TextsColumn('what was said of it') events!: readonly string[];
}

@Entity({ schema: 'wildfire', name: 'sign', comment: 'Hotspots and reports of fire in this city, and around it' })
@Index('sign_fire_idx', ['fire'])
@Index('sign_cell_idx', ['cell', 'at'])
@Index('sign_report_id_idx', ['reportId'], { where: 'report_id is not null' })
@Check('sign_by_whom_check', `by_whom in ('satellite', 'report')`)
export class SignRow {
  @Key('event') event!: string;
  @InstantColumn('seen at') at!: UtcInstant;
  @NumberColumn('degrees north; null: no position', { nullable: true }) latitude!: number | null;
  @NumberColumn('degrees east; null: no position', { nullable: true }) longitude!: number | null;
  @TextColumn('county; null: outside this city', { nullable: true }) county!: string | null;
  @TextColumn('township, as who reported it names it, or by its outline', { nullable: true }) township!: string | null;
  @TextColumn('what grows there, by the layer of the plan or the list', { nullable: true }) landCover!: string | null;
  @TextColumn('satellite or report') byWhom!: 'satellite' | 'report';
  @TextColumn('fire that it belongs to; null: not gathered yet', { nullable: true }) fire!: string | null;
  @WholeColumn('FIRMS type: 0 vegetation, 1 volcano, 2 other static heat, 3 offshore; null: not known', {
    nullable: true,
  })
  pixelType!: number | null;
  @FlagColumn('history when it came in: raises no fire by itself', { default: false }) late!: boolean;
  @WholeColumn('cell of a grid by which neighbours are found; null: no position', { nullable: true }) cell!:
    number | null;
  @InstantColumn('taken in at', { nullable: true }) recordedAt!: UtcInstant | null;
  @InstantColumn('published by the provider at; null: it does not say', { nullable: true })
  publishedAt!: UtcInstant | null;
  @TextColumn('of what lies outside: in whose area', { nullable: true }) neighbour!: string | null;
  @TextColumn('satellite, or the way by which it was reported', { nullable: true }) source!: string | null;
  @TextColumn('low, nominal or high', { nullable: true }) confidence!: string | null;
  @NumberColumn('fire radiative power, megawatts; null: not given', { nullable: true }) frpMw!: number | null;
  @NumberColumn('pixel across the track, kilometres', { nullable: true }) scanKm!: number | null;
  @NumberColumn('pixel along the track, kilometres', { nullable: true }) trackKm!: number | null;
  @TextColumn('D or N', { nullable: true }) dayNight!: string | null;
  @NumberColumn('kilometres to the border of the city', { nullable: true }) borderKm!: number | null;
  @NumberColumn('where the border lies, seen from it: degrees from north', { nullable: true }) borderBearing!:
    number | null;
  @TextColumn('number of the report; null: a satellite saw it', { nullable: true }) reportId!: string | null;
  @TextColumn('event by which it was taken back; null: it stands', { nullable: true }) withdrawnBy!: string | null;
}

@Entity({
  schema: 'wildfire',
  name: 'membership',
  comment: 'To which fire each sign belonged, since when and why: only ever added to',
})
@Index('membership_fire_idx', ['fire'])
@Check('membership_because_check', `because in ('raised', 'joined', 'merged', 'parted', 'withdrawn', 'corrected')`)
export class MembershipRow {
  @Key('event of the sign') sign!: string;
  @Key('1 for the first', 'int') n!: number;
  @TextColumn('fire that it belongs to from then on; null: to none', { nullable: true }) fire!: string | null;
  @InstantColumn('since') since!: UtcInstant;
  @TextColumn('raised, joined, merged, parted, withdrawn or corrected') because!: Because;
  @TextColumn('event or order by which; null: by the rule alone', { nullable: true }) event!: string | null;
}
export type Because = 'raised' | 'joined' | 'merged' | 'parted' | 'withdrawn' | 'corrected';

@Entity({
  schema: 'wildfire',
  name: 'verdict',
  comment: 'Every verdict on a fire; what holds is the one that was given last, in the world',
})
@Index('verdict_fire_idx', ['fire'])
export class VerdictRow {
  @Key('event') event!: string;
  @TextColumn('fire') fire!: string;
  @TextColumn('what it was') verdict!: Verdict;
  @InstantColumn('when it was judged') at!: UtcInstant;
  @InstantColumn('when we knew') recordedAt!: UtcInstant;
  @TextColumn('who judged') decidedBy!: string;
  @WholeColumn('persons killed') deaths!: number;
  @WholeColumn('persons seriously injured', { default: 0 }) seriousInjuries!: number;
  @WholeColumn('persons otherwise injured', { default: 0 }) injuries!: number;
  @NumberColumn('area that burned, hectares', { nullable: true }) burnedAreaHa!: number | null;
  @NumberColumn('damaged forest, hectares', { nullable: true }) damagedAreaHa!: number | null;
  @TextColumn('permit for the burn', { nullable: true }) permit!: string | null;
  @TextColumn('picture that shows it', { nullable: true }) photo!: string | null;
  @TextColumn('what was found') reason!: string;
}

@Entity({ schema: 'wildfire', name: 'number', comment: 'Numbers given to fires, by county and day' })
export class NumberRow {
  @Key('county') county!: string;
  @Key('day in Beijing, of the first sign') day!: string;
  @LongColumn('the last number given') last!: number;
}

@Entity({
  schema: 'wildfire',
  name: 'pass',
  comment: 'Passes of satellites of which anything came, also where there was no heat here',
})
export class PassRow {
  @Key('satellite') satellite!: string;
  @InstantKey('begun within the quarter of an hour from') at!: UtcInstant;
  @WholeColumn('pixels that came of it, wherever they are') pixels!: number;
  @WholeColumn('of these in this city') inside!: number;
  @InstantColumn('when the first of it came') cameAt!: UtcInstant;
}

@Entity({
  schema: 'wildfire',
  name: 'permit',
  comment: 'What may be burned, where and when 用火许可: heat of it is expected',
})
export class PermitRow {
  @Key('number') permit!: string;
  @TextColumn('site-clearing or prescribed-burn') purpose!: 'site-clearing' | 'prescribed-burn';
  @TextColumn('where, in words') place!: string;
  @NumberColumn('degrees north') latitude!: number;
  @NumberColumn('degrees east') longitude!: number;
  @NumberColumn('kilometres around it') radiusKm!: number;
  @InstantColumn('from') fromAt!: UtcInstant;
  @InstantColumn('until') untilAt!: UtcInstant;
  @TextColumn('order by which it was entered') event!: string;
}

@Entity({ schema: 'wildfire', name: 'danger', comment: 'Fire-danger signals 森林火险预警, by county' })
export class DangerRow {
  @Key('CAP sender') sender!: string;
  @Key('CAP identifier') identifier!: string;
  @Key('which of its signals and places', 'int') part!: number;
  @TextColumn('county; null: the whole city', { nullable: true }) county!: string | null;
  @TextColumn('colour') colour!: Colour;
  @InstantColumn('in force from') since!: UtcInstant;
  @InstantColumn('in force until') until!: UtcInstant;
}

@Entity({ schema: 'wildfire', name: 'wind', comment: 'Wind measured at the stations of the plan' })
export class WindRow {
  @Key('station') station!: string;
  @InstantKey('measured at') at!: UtcInstant;
  @NumberColumn('mean over ten minutes, metres a second') speedMs!: number;
}

@Entity({
  schema: 'wildfire',
  name: 'taken_back',
  comment: 'Events that a person took back, also such as may come yet',
})
export class TakenBackRow {
  @Key('event that does not hold') event!: string;
  @TextColumn('order by which') order!: string;
}

@Entity({ schema: 'wildfire', name: 'given_order', comment: 'What became of each verdict' })
@Index('given_order_target_idx', ['target'])
export class WildfireOrder extends GivenOrder {}
