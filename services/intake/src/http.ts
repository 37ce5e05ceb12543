import { Question } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { Type } from 'typebox';
import { IntakeQuery } from './query.js';
import { ConflictView, SourceView, UnknownView } from './views.js';

/** Polled sources and conflicts, over HTTP. */
@Controller('v1')
export class IntakeHttp {
  constructor(private readonly query: IntakeQuery) {}

  @Question('sources', 'polled sources, and when they last answered', Type.Array(SourceView))
  sources(): Promise<readonly SourceView[]> {
    return this.query.sources();
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
