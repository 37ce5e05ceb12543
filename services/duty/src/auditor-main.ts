import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@fengsui/database';
import { runProcess } from '@fengsui/service';
import { SettingsError } from '@fengsui/settings';
import { CallAuditor } from './self-check/call-auditor.js';

const EVERY_MS = 10_000;

/** The auditor of calls alone, beside the service that makes them, until it is told to end. */
await runProcess('auditor', async ({ DATABASE_URL: url, AUDITOR_URL: to, WEBHOOK_URL: calls }) => {
  if (url === undefined || to === undefined)
    throw new SettingsError('审计进程缺少设置 / the auditor lacks settings', ['DATABASE_URL and AUDITOR_URL']);
  if (to === calls)
    throw new SettingsError('审计告警须走另一条路径 / the auditor rings by a way of its own', [
      'AUDITOR_URL is the same as WEBHOOK_URL',
    ]);
  const auditor = new CallAuditor({
    open: () => connect(url, 'fengsui auditor', 1),
    url: to,
    nowMs: () => performance.now(),
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      await auditor.look();
      await sleep(EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    ended.abort();
    await watching;
    await auditor.close();
  };
});
