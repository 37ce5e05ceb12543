import type { UtcInstant } from '@fengsui/contracts';
import type { Explanation } from '@fengsui/rules';
import { InstantPipe, OpenPipe, Question } from '@fengsui/service';
import { Controller, NotFoundException, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { ResponseQuery } from './query.js';
import {
  EmergencyView,
  ExplanationView,
  GaugeView,
  ItemView,
  LevelView,
  NoticeView,
  ObligationView,
  PersonView,
  TaskView,
} from './views.js';

/** Levels and transfer tasks, over HTTP. */
@Controller('v1')
export class ResponseHttp {
  constructor(private readonly query: ResponseQuery) {}

  @Question('levels', 'response levels in force and open proposals', Type.Array(LevelView), {
    at: 'an instant: what was in force then',
  })
  levels(@Query('at', InstantPipe) at: UtcInstant | undefined): Promise<readonly LevelView[]> {
    return this.query.levels(at);
  }

  @Question('gauges', 'gauges of the plan, and what they said last', Type.Array(GaugeView))
  gauges(): Promise<readonly GaugeView[]> {
    return this.query.gauges();
  }

  @Question('explain', 'why the level is what it is, and what would change it', Type.Array(ExplanationView), {
    at: 'an instant: what stood then',
    authority: 'GB/T 2260 code of the authority; the city without it',
  })
  explain(
    @Query('at', InstantPipe) at: UtcInstant | undefined,
    @Query('authority') authority: string | undefined,
  ): Promise<readonly Explanation[]> {
    return this.query.explain(at ?? null, authority);
  }

  @Question('notices', 'notices of what was ordered', Type.Array(NoticeView))
  notices(): Promise<readonly NoticeView[]> {
    return this.query.notices();
  }

  @Question('obligations', 'receipts, reports and steps that somebody owes', Type.Array(ObligationView), {
    open: 'only what is open: true or nothing',
  })
  obligations(@Query('open', OpenPipe) open: boolean): Promise<readonly ObligationView[]> {
    return this.query.obligations(open);
  }

  @Question('emergency-periods', 'emergency flood periods, the last first', Type.Array(EmergencyView))
  emergencies(): Promise<readonly EmergencyView[]> {
    return this.query.emergencies();
  }

  @Question('items', 'what a person must look at', Type.Array(ItemView), { open: 'only what is open: true or nothing' })
  items(@Query('open', OpenPipe) open: boolean): Promise<readonly ItemView[]> {
    return this.query.items(open);
  }

  @Question(
    'tasks/people',
    'the people of a transfer task, by pseudonym, and what is known of each',
    Type.Array(PersonView),
    { task: 'number of the task' },
    'read-people',
  )
  async people(@Query('task') task: string | undefined): Promise<readonly PersonView[]> {
    const found = task === undefined ? null : await this.query.people(task);
    if (found === null) throw new NotFoundException(`没有这个任务 / there is no task ${task ?? ''}`);
    return found;
  }

  @Question('tasks', 'transfer tasks', Type.Array(TaskView), { open: 'only what is open: true or nothing' })
  tasks(@Query('open', OpenPipe) open: boolean): Promise<readonly TaskView[]> {
    return this.query.tasks(open);
  }
}
