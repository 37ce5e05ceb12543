import type { UtcInstant } from '@fengsui/contracts';
import {
  DocumentColumn,
  InstantColumn,
  Key,
  NumberColumn,
  TextColumn,
  TextsColumn,
  WholeColumn,
} from '@fengsui/database';
import type { HeatPlace, MaskReplay } from '@fengsui/rules';
import { Check, Entity } from 'typeorm';

@Entity({
  schema: 'wildfire',
  name: 'heat_mask',
  comment: 'Versions of the mask of standing heat 热源底图, each with its replay; in force when applied and not ended',
})
export class HeatMaskRow {
  @Key('1 for the first', 'int') version!: number;
  @InstantColumn('learnt at, from what was known then') learnedAt!: UtcInstant;
  @TextColumn('order by which') learnedBy!: string;
  @WholeColumn('signs that it was learnt from') signs!: number;
  @DocumentColumn('by week, what a mask learnt from the weeks before would have left out') weeks!: MaskReplay['weeks'];
  @DocumentColumn('confirmed fires of which nobody would have been told') lost!: MaskReplay['lost'];
  @TextColumn('version of the plan') plan!: string;
  @InstantColumn('in force from; null: never', { nullable: true }) appliedAt!: UtcInstant | null;
  @TextColumn('order by which', { nullable: true }) appliedBy!: string | null;
  @TextsColumn('lost fires that whoever applied it named') accepted!: readonly string[];
  @InstantColumn('in force until; null: still, or never', { nullable: true }) endedAt!: UtcInstant | null;
}

@Entity({ schema: 'wildfire', name: 'heat_place', comment: 'Places at which heat is no fire, by version of the mask' })
@Check('heat_place_because_check', `because in ('verdict', 'recurrence')`)
export class HeatPlaceRow {
  @Key('version of the mask', 'int') version!: number;
  @Key('1 for the first', 'int') n!: number;
  @NumberColumn('degrees north, of its middle') latitude!: number;
  @NumberColumn('degrees east') longitude!: number;
  @TextColumn('verdict or recurrence') because!: HeatPlace['because'];
  @TextColumn('who judged it; null: nobody, it recurs', { nullable: true }) pinnedBy!: string | null;
  @InstantColumn('first seen') since!: UtcInstant;
  @InstantColumn('last seen') until!: UtcInstant;
  @WholeColumn('signs') signs!: number;
  @WholeColumn('days in Beijing on which it was seen') days!: number;
  @NumberColumn('share of its days at night; null: the source does not say', { nullable: true }) nightShare!:
    number | null;
  @NumberColumn('least fire radiative power, megawatts; null: never given', { nullable: true }) frpLeast!:
    number | null;
  @NumberColumn('median of it', { nullable: true }) frpMedian!: number | null;
  @NumberColumn('most of it', { nullable: true }) frpMost!: number | null;
  @DocumentColumn('how often the source called it which FIRMS type') types!: HeatPlace['types'];
  @DocumentColumn('what people found there, and how often') verdicts!: HeatPlace['verdicts'];
}
