import { Clock, one } from '@fengsui/database';
import type { Check } from '@fengsui/service';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Channel } from '../delivery/channels/channel.js';
import { CHANNELS } from '../delivery/queue.js';
import { DutyPlan } from '../plan.js';
import { DAYS_AHEAD, gapInWords, gapsAhead } from '../roster/gaps-ahead.js';
import { RosterChanges } from '../roster/roster-changes.js';
import { undoneBy, type Undone } from './call-auditor.js';
import { lastTested } from '../trying/contact-tests.js';

/** As many gaps are named; whoever fills these asks again. */
const MOST_GAPS = 10;

/** What duty tells whoever looks after the installation, as `doctor` shows it. */
@Injectable()
export class DutyChecks {
  constructor(
    private readonly db: DataSource,
    private readonly plan: DutyPlan,
    private readonly changes: RosterChanges,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
    private readonly clock: Clock,
  ) {}

  /** What should have been done by now and was not. */
  async undone(): Promise<readonly Undone[]> {
    return undoneBy(this.db, await this.clock.now());
  }

  async checks(): Promise<readonly Check[]> {
    const failed = await one<{ n: number }>(
      this.db,
      `select count(*)::int as n from duty.delivery where state = 'failed'`,
    );
    const now = await this.clock.now();
    const gaps = gapsAhead(this.plan, await this.changes.rosterOf(this.db.manager, now), now);
    const untested = this.plan.untested(now, await lastTested(this.db));
    const reached = this.channels.map(({ name }) => name);
    const missing = this.plan.channelsNamed().filter((name) => !reached.includes(name));
    const unreachable = reached.length > 0 ? this.plan.unreachedBy(this.channels) : [];
    return [
      {
        name: 'deliveries',
        ok: (failed?.n ?? 0) === 0,
        found: `${failed?.n ?? 0} failed`,
        expected: '0 failed',
        advice: { zh: '有通知未送达：fengsui calls --json', en: 'messages were not delivered: `fengsui calls --json`' },
      },
      {
        name: 'channels',
        ok: reached.length > 0 && missing.length === 0,
        found:
          reached.length === 0
            ? 'none: calls are only shown'
            : `${reached.join(', ')}${missing.length === 0 ? '' : `; not configured: ${missing.join(', ')}`}`,
        expected: 'every channel that a chain names',
        advice: {
          zh: '配置 MAIL_SMTP_URL、WEBHOOK_URL 等后才会真正通知到人（.env.example），或改 duty.yaml 的 channels',
          en: 'set MAIL_SMTP_URL, WEBHOOK_URL and so on to reach people (.env.example), or change `channels` in duty.yaml',
        },
      },
      {
        name: 'roster',
        ok: gaps.length === 0,
        found: gaps.length === 0 ? 'no gap' : gaps.slice(0, MOST_GAPS).map(gapInWords).join('; '),
        expected: `somebody in every role for ${DAYS_AHEAD} days, and not one person in all`,
        advice: {
          zh: '值班表有空缺，届时只能呼叫值班室：在预案 duty.yaml 中补上',
          en: 'the roster has gaps, in which the desk alone is called: fill them in duty.yaml of the plan',
        },
      },
      {
        name: 'contacts',
        ok: untested.length === 0,
        found: untested.length === 0 ? 'all in time' : `not tried in time: ${untested.join(', ')}`,
        expected: 'tried within the days that the plan gives',
        advice: { zh: '核对联系方式后更新 testedOn', en: 'try them, and write the day into `testedOn`' },
      },
      {
        name: 'addresses',
        ok: unreachable.length === 0,
        found: unreachable.length === 0 ? 'everyone' : `${unreachable.join(', ')} by none of them`,
        expected: 'a way to everyone in duty.yaml by a channel that is configured',
        advice: { zh: '在预案 duty.yaml 中补上联系方式', en: 'add `mail` or `phones` in duty.yaml of the plan' },
      },
    ];
  }
}
