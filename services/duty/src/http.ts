import { OpenPipe, Question } from '@fengsui/service';
import { Controller, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { DutyQuery } from './query.js';
import { CallView } from './views.js';

/** Calls, over HTTP. */
@Controller('v1')
export class DutyHttp {
  constructor(private readonly query: DutyQuery) {}

  @Question(
    'calls',
    'calls and their deliveries',
    Type.Array(CallView),
    { open: 'only what is ringing: true or nothing' },
    'read-people',
  )
  calls(@Query('open', OpenPipe) open: boolean): Promise<readonly CallView[]> {
    return this.query.calls(open);
  }
}
