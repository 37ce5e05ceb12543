import type { FiguresCheckedV1 } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { CallTexts } from '../decisions/call-texts.js';
import { SelfCheck } from './self-check.js';

/** A figure that is not what its facts come to is for whoever keeps the system: nobody would see it otherwise. */
@Controller()
export class FiguresChecked {
  constructor(
    private readonly selfCheck: SelfCheck,
    private readonly texts: CallTexts,
  ) {}

  @Consumes('duty', 'figures-checked.v1')
  async checked(events: readonly FiguresCheckedV1[], unit: UnitOfWork): Promise<void> {
    for (const { data } of events) {
      const what = `figures/${data.check}`;
      if (data.differences === 0) await this.selfCheck.good(what, unit);
      else await this.selfCheck.found(what, this.texts.figures(data), unit);
    }
  }
}
