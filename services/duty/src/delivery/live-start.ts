import { Clock } from '@fengsui/database';
import { RUNTIME, type Runtime } from '@fengsui/service';
import { SettingsError } from '@fengsui/settings';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DutyPlan } from '../plan.js';
import type { Channel } from './channels/channel.js';
import { CHANNELS } from './queue.js';

/**
 * Calls that would reach nobody are found out at the start, not in the night: where anything leaves this machine at
 * all, everybody of the plan is reached by something that is configured, and every channel that a chain names is, or
 * the process does not start. What an installation may be without (`mayBeMissing`) is said, and others go in its place.
 */
@Injectable()
export class LiveStart implements OnApplicationBootstrap {
  constructor(
    private readonly plan: DutyPlan,
    private readonly clock: Clock,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** @throws SettingsError naming whom no channel reaches, and channels that are not configured */
  async onApplicationBootstrap(): Promise<void> {
    const serves = this.runtime.services.includes('duty');
    if (!serves || this.channels.length === 0 || (await this.clock.isVirtual())) return;
    const configured = this.channels.map(({ name }) => name);
    const unreached = this.plan.unreachedBy(this.channels);
    if (unreached.length > 0)
      throw new SettingsError(
        '有人无法呼叫到 / people of duty.yaml are reached by no channel that is configured',
        unreached.map(
          (person) => `${person}（${this.plan.nameOf(person)}）: ${configured.join(', ')} do not lead there`,
        ),
      );
    const missing = this.plan.channelsNamed().filter((name) => !configured.includes(name));
    const wanted = missing.filter((name) => !this.plan.mayBeMissing.includes(name));
    if (wanted.length > 0)
      throw new SettingsError(
        '叫应链用到的通知方式未配置 / chains of duty.yaml name channels that are not configured',
        wanted.map((name) => `${name}: set it (.env.example), take it out of the chains, or name it in mayBeMissing`),
      );
    if (missing.length > 0)
      new Logger('duty').error(
        `未配置的通知方式，改由其他方式通知 / chains name channels that are not configured: ${missing.join(', ')}`,
      );
  }
}
