import type { UtcInstant } from '@fengsui/contracts';
import {
  DocumentColumn,
  FlagColumn,
  InstantColumn,
  InstantKey,
  Key,
  LongColumn,
  TextColumn,
  WholeColumn,
} from '@fengsui/database';
import { Column, Entity, Index } from 'typeorm';
import type { Receipt } from '../accepting/receipt.js';

@Entity({ schema: 'intake', name: 'input', comment: 'Every input that came in, by the hash of its bytes' })
@Index('input_received_idx', ['receivedAt'])
export class InputRow {
  @Key('SHA-256 of the unpacked bytes') sha256!: string;
  @TextColumn('http, file, folder, poll, kafka, cli or demonstration') door!: string;
  @TextColumn('file name or address') name!: string;
  @TextColumn('format that it was read as') format!: string;
  @InstantColumn('received at') receivedAt!: UtcInstant;
  @InstantColumn('published at, as its source says', { nullable: true }) publishedAt!: UtcInstant | null;
  @LongColumn('bytes') size!: number;
  @TextColumn('key under which its bytes are sealed, because it may name persons; null: as they came', {
    nullable: true,
  })
  sealedUnder!: string | null;
}

@Entity({ schema: 'intake', name: 'input_part', comment: 'The bytes of the inputs, in parts of a megabyte' })
export class InputPartRow {
  @Key('input') sha256!: string;
  @Key('place of the first byte', 'bigint') from!: number;
  @Column({ type: 'bytea', comment: 'the bytes as they came, or sealed' }) bytes!: Buffer;
}

@Entity({
  schema: 'intake',
  name: 'accepted',
  comment: 'Every event that was accepted, and where in which input it stood',
})
export class AcceptedRow {
  @Key('event', 'text', { collation: 'C' }) eventId!: string;
  @TextColumn('what makes it the same fact as another', { collation: 'C' }) identity!: string;
  @TextColumn('hash of what it says') content!: string;
  @TextColumn('type of the event') contract!: string;
  @TextColumn('input that it came in with') sha256!: string;
  @TextColumn('place in the input, in words') place!: string;
  @LongColumn('place of its first byte') from!: number;
  @WholeColumn('bytes') length!: number;
  @InstantColumn('accepted at') recordedAt!: UtcInstant;
  @FlagColumn('the identity was taken by other content') conflict!: boolean;
  @Column({
    type: 'uuid',
    array: true,
    nullable: true,
    comment: 'hashes of what the identity would be with fewer decimals',
  })
  coarse!: readonly string[] | null;
  @FlagColumn('may be the rounding of a finer one', { default: false }) mayBeCoarse!: boolean;
}

@Entity({ schema: 'intake', name: 'refusal', comment: 'Why records were refused' })
export class RefusalRow {
  @Key('input') sha256!: string;
  @Key('place in the input') place!: string;
  @Key('what is wrong') reason!: string;
  @TextColumn('what was expected') expected!: string;
  @InstantColumn('when') at!: UtcInstant;
}

@Entity({ schema: 'intake', name: 'note', comment: 'What was odd about records that were accepted all the same' })
export class NoteRow {
  @Key('input') sha256!: string;
  @Key('place in the input') place!: string;
  @Key('what was odd') note!: string;
}

@Entity({
  schema: 'intake',
  name: 'unknown',
  comment: 'Stations, senders and places that the plan does not know, and how much came in under each',
})
export class UnknownRow {
  @Key('station, sender or place') kind!: 'station' | 'sender' | 'place';
  @Key('as it was written') name!: string;
  @Key('feeder, folder or source') actor!: string;
  @InstantColumn('first came in') firstAt!: UtcInstant;
  @InstantColumn('last came in') lastAt!: UtcInstant;
  @LongColumn('records') records!: number;
}

@Entity({ schema: 'intake', name: 'source', comment: 'Sources that are polled, and when they last answered' })
export class SourceRow {
  @Key('name in the plan') name!: string;
  @TextColumn('ETag of the last answer', { nullable: true }) etag!: string | null;
  @TextColumn('Last-Modified of the last answer', { nullable: true }) lastModified!: string | null;
  @InstantColumn('asked at', { nullable: true }) askedAt!: UtcInstant | null;
  @InstantColumn('answered at', { nullable: true }) heardAt!: UtcInstant | null;
  @InstantColumn('announced as silent since', { nullable: true }) silentSince!: UtcInstant | null;
  @WholeColumn('failures in a row', { default: 0 }) failures!: number;
  @TextColumn('what the last failure said', { nullable: true }) lastError!: string | null;
}

@Entity({ schema: 'intake', name: 'gap', comment: 'Times for which a source was silent, and whether they were filled' })
export class GapRow {
  @Key('source') source!: string;
  @InstantKey('last heard before') fromAt!: UtcInstant;
  @InstantColumn('heard again') toAt!: UtcInstant;
  @InstantColumn('what it then gave reaches back to here; null: nobody can say', { nullable: true })
  reaches!: UtcInstant | null;
  @TextColumn('refilled, in part or lost') state!: 'refilled' | 'in part' | 'lost';
}

@Entity({
  schema: 'intake',
  name: 'source_seen',
  comment: 'What the polled sources gave, by satellite where there is one',
})
export class SourceSeenRow {
  @Key('source') source!: string;
  @Key('satellite; empty for anything else') satellite!: string;
  @InstantColumn('newest that it gave: happened at') newestAt!: UtcInstant;
  @InstantColumn('and came in at') receivedAt!: UtcInstant;
  @LongColumn('records of that moment: of a satellite, its pass') passRows!: number;
  @LongColumn('records since the beginning') records!: number;
}

@Entity({ schema: 'intake', name: 'seen_link', comment: 'Links of indexes that were fetched' })
export class SeenLinkRow {
  @Key('source') source!: string;
  @Key('address, with what the index says of its age') link!: string;
  @InstantColumn('fetched at') seenAt!: UtcInstant;
  @WholeColumn('times that it could not be taken; 0: taken', { default: 0 }) failures!: number;
  @TextColumn('why not, the last time', { nullable: true }) error!: string | null;
}

@Entity({ schema: 'intake', name: 'answered', comment: 'Answers under idempotency keys, for who did not hear them' })
export class AnsweredRow {
  @Key('feeder') feeder!: string;
  @Key('idempotency key') key!: string;
  @TextColumn('hash of the body') sha256!: string;
  @TextColumn('door') door!: string;
  @WholeColumn('HTTP status') status!: number;
  @DocumentColumn('the answer') answer!: Receipt;
  @InstantColumn('answered at') at!: UtcInstant;
}

@Entity({
  schema: 'intake',
  name: 'person',
  comment: 'Whom pseudonyms stand for, sealed under a key outside the database',
})
export class PersonRow {
  @Key('pseudonym') person!: string;
  @TextColumn('key: of the ledger, or of a response') keyName!: string;
  @Column({ type: 'bytea', comment: 'name, telephone and address, sealed' }) sealed!: Buffer;
  @InstantColumn('written at') at!: UtcInstant;
}

@Entity({ schema: 'intake', name: 'person_key', comment: 'Keys for what names persons, and when they were destroyed' })
export class PersonKeyRow {
  @Key('which key') keyName!: string;
  @InstantColumn('something came in under it last') usedAt!: UtcInstant;
  @InstantColumn('destroyed at; null: it is in use', { nullable: true }) destroyedAt!: UtcInstant | null;
}
