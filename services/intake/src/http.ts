import { Question } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { IntakeQuery, type SourceState } from './query.js';

/** Polled sources and conflicts, over HTTP. */
@Controller('v1')
export class IntakeHttp {
  constructor(private readonly query: IntakeQuery) {}

  @Question('sources', 'polled sources, and when they last answered')
  sources(): Promise<readonly SourceState[]> {
    return this.query.sources();
  }

  @Question('conflicts', 'messages whose identity was taken by other content')
  conflicts(): Promise<Awaited<ReturnType<IntakeQuery['conflicts']>>> {
    return this.query.conflicts();
  }
}
