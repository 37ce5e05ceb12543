import { Question, Who } from '@fengsui/service';
import type { Identity } from '@fengsui/access';
import { Controller, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { IntakeQuery } from './query.js';
import { ConflictView, NamedView, SourceView, UnknownView } from './views.js';

/** Polled sources and conflicts, over HTTP. */
@Controller('v1')
export class IntakeHttp {
  constructor(private readonly query: IntakeQuery) {}

  @Question('sources', 'polled sources, and when they last answered', Type.Array(SourceView))
  sources(): Promise<readonly SourceView[]> {
    return this.query.sources();
  }

  @Question(
    'persons',
    'whom pseudonyms stand for; that somebody asked is in the audit',
    Type.Array(NamedView),
    { ids: 'pseudonyms, with commas between' },
    'read-people',
  )
  named(@Query('ids') ids: string | undefined, @Who() who: Identity): Promise<readonly NamedView[]> {
    return this.query.named(
      (ids ?? '').split(',').filter((id) => id !== ''),
      who,
    );
  }

  @Question(
    'unknown',
    'stations, senders and places that the plan does not know',
    Type.Array(UnknownView),
    {},
    'read-inputs',
  )
  unknown(): Promise<readonly UnknownView[]> {
    return this.query.unknown();
  }

  @Question(
    'conflicts',
    'messages whose identity was taken by other content',
    Type.Array(ConflictView),
    {},
    'read-inputs',
  )
  conflicts(): Promise<readonly ConflictView[]> {
    return this.query.conflicts();
  }
}
