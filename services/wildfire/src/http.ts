import { OpenPipe, Question } from '@fengsui/service';
import { Controller, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { WildfireQuery } from './query.js';
import { WildfireView } from './views.js';

/** Fires to verify and judged, over HTTP. */
@Controller('v1')
export class WildfireHttp {
  constructor(private readonly query: WildfireQuery) {}

  @Question('wildfires', 'fires to verify and judged', Type.Array(WildfireView), {
    open: 'only those to verify: true or nothing',
  })
  wildfires(@Query('open', OpenPipe) open: boolean): Promise<readonly WildfireView[]> {
    return this.query.wildfires(open);
  }
}
