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
    'calls and their deliveries: what nobody answered first, then what rings, then the others, the newest first',
    Type.Array(CallView),
    { open: 'only what is open: true or nothing', after: 'the last call of the page before' },
    'read-people',
  )
  calls(
    @Query('open', OpenPipe) open: boolean,
    @Query('after') after: string | undefined,
  ): Promise<readonly CallView[]> {
    return this.query.page({ open, after: after ?? null, most: A_PAGE });
  }
}

/** As many as fit 50 KB. */
const A_PAGE = 25;
