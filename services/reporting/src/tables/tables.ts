import type { UtcInstant } from '@fengsui/contracts';
import {
  DocumentColumn,
  InstantColumn,
  InstantKey,
  Key,
  TextColumn,
  TextsColumn,
  WholeColumn,
} from '@fengsui/database';
import { GivenOrder } from '@fengsui/service';
import { Check, Column, Entity, Index } from 'typeorm';
import type { Finding } from '../checker/finding.js';
import type { Missing } from '../summary/compose.js';
import type { Difference } from '../summary/versions.js';
import type { Figure } from '../views.js';
import type { Definition } from '../figures/definition.js';
import type { FactContent, FactKind, KeptEntry } from '../facts/fact-content.js';

@Entity({
  schema: 'reporting',
  name: 'subject',
  comment: 'What is known about each subject now, with the entries it was summed up from',
})
export class SubjectRow {
  @Key('kind of fact') kind!: FactKind;
  @Key('what it is about') id!: string;
  @WholeColumn('counts up with every change') version!: number;
  @DocumentColumn('what each event says of it, by event') entries!: Record<string, KeptEntry>;
  @DocumentColumn('what they come to; null: it does not count', { nullable: true }) content!: FactContent | null;
  @InstantColumn('since when this is known', { nullable: true }) recordedAt!: UtcInstant | null;
}

@Entity({
  schema: 'reporting',
  name: 'fact',
  comment: 'Append-only, with two times: when it was true, since when it is known',
})
@Index('fact_kind_at_idx', ['kind', 'at'])
@Index('fact_recorded_at_idx', ['recordedAt'])
@Index('fact_event_idx', ['event'])
export class FactRow {
  @Key('kind of fact') kind!: FactKind;
  @Key('what it is about') subject!: string;
  @Key('version of the subject', 'int') version!: number;
  @TextColumn('event that made this version') event!: string;
  @TextColumn('type of that event') contract!: string;
  @TextsColumn('events that came in from outside, to which it goes back') origins!: readonly string[];
  @InstantColumn('when it was true; null: it does not count', { nullable: true }) at!: UtcInstant | null;
  @InstantColumn('since when it is known') recordedAt!: UtcInstant;
  @TextColumn('GB/T 2260 code', { nullable: true }) region!: string | null;
  @DocumentColumn('what it states; null: it does not count', { nullable: true }) content!: FactContent | null;
}

@Entity({
  schema: 'reporting',
  name: 'counter',
  comment: 'What each indicator comes to, by the day on which it happened and the day since when it is known',
})
export class CounterRow {
  @Key('indicator, or facts: and a kind of fact, for how many are held') indicator!: string;
  @Key('day in Asia/Shanghai', 'date') day!: string;
  @Key('GB/T 2260 code') region!: string;
  @Key('day in Asia/Shanghai since when it is known', 'date') recordedDay!: string;
  @Column({ type: 'numeric', comment: 'sum over what became known of the day on that day' }) amount!: number;
}

@Entity({ schema: 'reporting', name: 'distinct_key', comment: 'Keys that an indicator counts once in a period' })
export class DistinctKeyRow {
  @Key('indicator') indicator!: string;
  @Key('day in Asia/Shanghai', 'date') day!: string;
  @Key('what is counted once') key!: string;
  @Key('GB/T 2260 code') region!: string;
  @Key('day in Asia/Shanghai since when it is known', 'date') recordedDay!: string;
  @WholeColumn('facts that have it, less those that have it no more') facts!: number;
}

@Entity({
  schema: 'reporting',
  name: 'withdrawn',
  comment: 'Events that were recorded in error; also before they come',
})
export class WithdrawnRow {
  @Key('event') event!: string;
  @TextColumn('order that withdrew it') orderEvent!: string;
  @InstantColumn('when') recordedAt!: UtcInstant;
}

@Entity({ schema: 'reporting', name: 'booked', comment: 'Indicators that are counted over all facts there are' })
export class BookedRow {
  @Key('indicator') indicator!: string;
  @TextColumn('hash of what it counts') hash!: string;
}

@Entity({ schema: 'reporting', name: 'definition', comment: 'What each indicator has counted, and since when' })
export class DefinitionRow {
  @Key('indicator') indicator!: string;
  @Key('version of its definition', 'int') version!: number;
  @InstantKey('counted so since') since!: UtcInstant;
  @DocumentColumn('its definition') definition!: Definition;
}

@Entity({
  schema: 'reporting',
  name: 'suspicion',
  comment: 'Accidents under two numbers that may be one, and what a person said of them',
})
@Check('suspicion_state_check', `state in ('open', 'joined', 'apart')`)
export class SuspicionRow {
  @Key('number of the one') one!: string;
  @Key('number of the other') other!: string;
  @InstantColumn('found, or decided, at') foundAt!: UtcInstant;
  @TextColumn('open, joined or apart') state!: 'open' | 'joined' | 'apart';
  @TextColumn('which of the two counts no more', { nullable: true }) joined!: string | null;
  @TextColumn('order by which it was decided', { nullable: true }) order!: string | null;
  @TextColumn('how alike they are, or why it was decided so') words!: string;
}

@Entity({ schema: 'reporting', name: 'rollup', comment: 'Every roll-up that ran or was skipped' })
@Check('rollup_outcome_check', `outcome in ('done', 'skipped')`)
export class RollupRow {
  @Key('daily or annual') name!: string;
  @InstantKey('when it was due') dueAt!: UtcInstant;
  @InstantColumn('when it ran') ranAt!: UtcInstant;
  @TextColumn('done or skipped') outcome!: 'done' | 'skipped';
  @DocumentColumn('what it found') findings!: unknown;
}

@Entity({ schema: 'reporting', name: 'annual', comment: 'The figures of a year as the annual roll-up found them' })
export class AnnualRow {
  @Key('year', 'int') year!: number;
  @InstantKey('as known then') asOf!: UtcInstant;
  @InstantColumn('when the roll-up ran') madeAt!: UtcInstant;
  @DocumentColumn('figures') figures!: unknown;
}

@Entity({
  schema: 'reporting',
  name: 'document',
  comment: 'Every version of every report, as it was written; none changes',
})
export class DocumentRow {
  @Key('period, as a person writes it') period!: string;
  @Key('template') template!: string;
  @Key('counts up', 'int') version!: number;
  @InstantColumn('written at') madeAt!: UtcInstant;
  @InstantColumn('as known then') asOf!: UtcInstant;
  @TextColumn('person who had it written, or the roll-up') madeBy!: string;
  @TextColumn('SHA-256 of its bytes') sha256!: string;
  @TextColumn('its bytes, base64') bytes!: string;
  @DocumentColumn('figures of its period') figures!: readonly Figure[];
  @TextColumn('what it is called') title!: string;
  @DocumentColumn('sentences left out, and what is owed') missing!: readonly Missing[];
  @DocumentColumn('what the checker found in it') findings!: readonly Finding[];
  @DocumentColumn('figures that differ from the version signed last, with the cases; null: none was signed', {
    nullable: true,
  })
  differences!: readonly Difference[] | null;
}

@Entity({ schema: 'reporting', name: 'document_step', comment: 'Who checked and who signed a version of a report' })
@Check('document_step_check', `step in ('checked', 'signed', 'dropped')`)
export class DocumentStepRow {
  @Key('period') period!: string;
  @Key('template') template!: string;
  @Key('version', 'int') version!: number;
  @Key('checked, signed or dropped') step!: 'checked' | 'signed' | 'dropped';
  @TextColumn('person') by!: string;
  @InstantColumn('when') at!: UtcInstant;
  @TextColumn('order by which') order!: string;
  @TextColumn('what they said') words!: string;
}

@Entity({ schema: 'reporting', name: 'document_pdf', comment: 'The PDF beside a signed version of a report' })
export class DocumentPdfRow {
  @Key('period') period!: string;
  @Key('template') template!: string;
  @Key('version', 'int') version!: number;
  @InstantColumn('made at') madeAt!: UtcInstant;
  @TextColumn('SHA-256 of its bytes') sha256!: string;
  @TextColumn('its bytes, base64') bytes!: string;
}

@Entity({
  schema: 'reporting',
  name: 'closing',
  comment: 'Counties that vouched for their figures of a period, and with which',
})
export class ClosingRow {
  @Key('period, by its name') period!: string;
  @Key('county') county!: string;
  @InstantKey('when') at!: UtcInstant;
  @TextColumn('person') by!: string;
  @TextColumn('order by which') order!: string;
  @DocumentColumn('what each figure came to then, by its id') figures!: Readonly<Record<string, number | null>>;
}

@Entity({ schema: 'reporting', name: 'given_order', comment: 'What became of each order to withdraw an event' })
@Index('given_order_target_idx', ['target'])
export class ReportingOrder extends GivenOrder {}
