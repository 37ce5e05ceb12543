import { describe, expect, it } from '@jest/globals';
import {
  CALL_CAUSES,
  exerciseMark,
  isActual,
  LIVE_CAUSES,
  STATUSES,
  type CallCause,
  type Status,
} from '@fengsui/contracts';
import { classOf, labelOf, sinkOf, type CallClass } from './standing.js';

const SCOPES = ['Public', 'Restricted', 'Private'] as const;
const CHANNELS = ['mail', 'sms', 'voice', 'webhook', 'wecom', 'dingtalk', 'feishu'] as const;
const EXERCISES = ['mail', 'webhook'];

/** As the bureau would say it, the other way round from the code: null where nothing may come of it. */
function expected(status: Status, cause: CallCause, channel: string, virtual: boolean): string | null {
  const kinds: Partial<Record<CallCause, CallClass>> = { exercise: 'exercise', 'contact-test': 'test', probe: 'probe' };
  const kind = kinds[cause] ?? 'live';
  if ((LIVE_CAUSES as readonly string[]).includes(cause) && status !== 'Actual') return null;
  if (virtual) return `${kind} shown`;
  if (kind === 'exercise') return EXERCISES.includes(channel) ? 'exercise channel' : 'exercise shown';
  return `${kind} channel`;
}

describe('what is said of it, where it comes from and by what it would go', () => {
  const table = STATUSES.flatMap((status) =>
    SCOPES.flatMap((scope) =>
      CALL_CAUSES.flatMap((cause) =>
        CHANNELS.flatMap((channel) => [false, true].map((virtual) => ({ status, scope, cause, channel, virtual }))),
      ),
    ),
  );
  it(`${table.length} rows: only what is actual rings anybody, and each class goes only where it may`, () => {
    const wrong = table.filter(({ status, cause, channel, virtual }) => {
      const begins = !(LIVE_CAUSES as readonly string[]).includes(cause) || isActual({ status, infos: [] });
      const kind = classOf(cause);
      const sink = sinkOf(kind, channel, { virtual, exerciseChannels: EXERCISES });
      return (begins ? `${kind} ${sink}` : null) !== expected(status, cause, channel, virtual);
    });
    expect(wrong).toEqual([]);
  });

  it('every class has words of its own, in a demonstration and out of it', () => {
    const kinds: readonly CallClass[] = ['live', 'exercise', 'test', 'probe'];
    const labels = kinds.flatMap((kind) => [labelOf(kind, false), labelOf(kind, true)]);
    expect(labels).toEqual([
      '',
      '【演示】',
      '【演练】',
      '【演示】【演练】',
      '【测试】',
      '【演示】【测试】',
      '【通道自检】',
      '【演示】【通道自检】',
    ]);
  });

  it('is an exercise when its headline says so, whatever its status says', () => {
    const info = (headline: string): never => ({ headline, description: null }) as never;
    expect(isActual({ status: 'Actual', infos: [info('【测试】暴雨红色预警')] })).toBe(false);
    expect(isActual({ status: 'Actual', infos: [info('暴雨红色预警')] })).toBe(true);
    expect(exerciseMark('（演练）起火')).toBe('（演练）');
  });
});
