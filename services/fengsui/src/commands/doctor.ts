import { playState } from '../demonstration/play.js';
import { withSession } from '../session.js';
import type { DoctorOutput } from '../shapes.js';
import { EXIT, type Said, type Terminal } from '../terminal.js';

type Check = DoctorOutput['checks'][number];

/** Is this installation healthy, and if not, what to do. */
export function doctor(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, settings, served }) => {
    const { db } = ports;
    const one = async (sql: string): Promise<string> => String(((await db.query(sql)) as { v: unknown }[])[0]?.v ?? '');
    const checks: Check[] = [];
    const add = (name: string, ok: boolean, found: string, expected: string, advice: Said): void =>
      void checks.push({ name, ok, found, expected, advice: ok ? '' : terminal.pick(advice) });
    add('node', atLeast(process.versions.node, [20, 19]), process.versions.node, '>= 20.19', {
      zh: '请升级 Node.js',
      en: 'upgrade Node.js',
    });
    const version = await one(`select current_setting('server_version') as v`);
    add(
      'database',
      Number.parseInt(version, 10) >= 14,
      `PostgreSQL ${version}${settings.DATABASE_URL === undefined ? ' (embedded)' : ''}`,
      'PostgreSQL >= 14',
      { zh: '请使用 PostgreSQL 14 以上', en: 'use PostgreSQL 14 or later' },
    );
    add('services', true, served ? 'running' : 'not running', 'running for live feeds', { zh: '', en: '' });
    const play = await playState(db);
    add('demonstration', play.state !== 'cut-off', play.state, 'none or ended', {
      zh: '演示未播放完：运行 npm start 继续',
      en: 'it was cut off: `npm start` goes on',
    });
    const behind = await one(
      `select coalesce(sum(p.next_offset - coalesce(c.next_offset, 0)), 0) as v from log.subscription s join log.partition p using (topic) left join log.position c on c.consumer = s.consumer and c.topic = p.topic and c.partition = p.partition`,
    );
    add('log', behind === '0' || served, `${behind} events to work through`, '0, or services at work', {
      zh: '服务未运行：npm start',
      en: 'the services do not run: `npm start`',
    });
    const parkedCount = (await ports.parked.list()).length;
    add('parked', parkedCount === 0, String(parkedCount), '0', {
      zh: '有消息被搁置：fengsui parked list',
      en: 'messages were put aside: `fengsui parked list`',
    });
    const failing = await one('select count(*) as v from schedule.job where attempts > 0');
    add('jobs', failing === '0', `${failing} failing`, '0 failing', {
      zh: '有到期任务反复失败，见日志',
      en: 'due jobs fail again and again: see the log',
    });
    const { conflicts } = await ports.intake.counts();
    add('conflicts', conflicts === 0, String(conflicts), '0', {
      zh: '同一标识有不同内容，请人工核对',
      en: 'the same identity came with other content: someone must look',
    });
    const undelivered = await one(`select count(*) as v from duty.delivery where state = 'failed'`);
    add('deliveries', undelivered === '0', `${undelivered} failed`, '0 failed', {
      zh: '有通知未送达：fengsui calls --json',
      en: 'messages were not delivered: `fengsui calls --json`',
    });
    const reaches = settings.MAIL_SMTP_URL !== undefined || settings.WEBHOOK_URL !== undefined;
    add('channels', reaches, reaches ? 'configured' : 'none: calls are only shown', 'mail or webhook', {
      zh: '配置 MAIL_SMTP_URL 或 WEBHOOK_URL 后才会真正通知到人',
      en: 'set MAIL_SMTP_URL or WEBHOOK_URL to reach people',
    });
    const output: DoctorOutput = { ok: checks.every(({ ok, name }) => ok || name === 'channels'), checks };
    terminal.result(output, () =>
      checks
        .map(({ name, ok, found, expected, advice }) => `${ok ? '✓' : '✗'} ${name}: ${found}${ok ? '' : ` (${expected}) ${advice}`}`)
        .join('\n'),
    );
    return output.ok ? EXIT.done : EXIT.trouble;
  });
}

const atLeast = (version: string, [major, minor]: [number, number]): boolean => {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
};
