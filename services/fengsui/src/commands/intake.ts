import { createHash, randomBytes } from 'node:crypto';
import { shanghaiMinute, type UtcInstant, type WeatherWarningV1 } from '@fengsui/contracts';
import { cap12Document } from '@fengsui/intake';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

const when = (at: UtcInstant | null): string => (at === null ? '—' : shanghaiMinute(at).replace('T', ' '));

/** Every format that this installation reads, with those of its mapping files. */
export function formats(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = ports.receiving.readers.map(({ format, about }) => ({ format, about }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '格式', en: 'format' },
          { zh: '说明', en: 'what it reads' },
        ],
        rows.map(({ format, about }) => [format, about]),
      ),
    );
    return EXIT.done;
  });
}

/** Messages whose identity was taken by other content: a person looks which one holds. */
export function conflicts(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = await ports.intake.conflicts();
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '时间', en: 'at' },
          { zh: '标识', en: 'identity' },
          { zh: '来源', en: 'from' },
          { zh: '位置', en: 'place' },
          { zh: '事件', en: 'event' },
        ],
        rows.map(({ recordedAt, identity, name, place, event }) => [when(recordedAt), identity, name, place, event]),
      ),
    );
    return EXIT.done;
  });
}

/** The sources that are polled, and when they last answered. */
export function sources(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const states = await ports.intake.sources();
    const rows = plans.intake.sources.map(({ name, url, schedule, silentAfterMinutes }) => ({
      name,
      url,
      schedule,
      silentAfterMinutes,
      ...(states.find((state) => state.name === name) ?? { heardAt: null, silentSince: null, failures: 0, lastError: null }),
    }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '数据源', en: 'source' },
          { zh: '最近应答', en: 'last heard' },
          { zh: '中断自', en: 'silent since' },
          { zh: '连续失败', en: 'failures' },
          { zh: '最近错误', en: 'last error' },
        ],
        rows.map(({ name, heardAt, silentSince, failures, lastError }) => [name, when(heardAt), when(silentSince), failures, lastError]),
      ),
    );
    return EXIT.done;
  });
}

/** A warning as CAP 1.2, whatever the form it came in. */
export function cap(eventId: string, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const event = await ports.intake.event(eventId);
    if (event === null || event.type !== 'weather-warning.v1') throw new Misuse(`没有这条预警 / there is no such warning: ${eventId}`);
    const xml = cap12Document((event as WeatherWarningV1).data);
    terminal.result({ event: eventId, cap: xml }, () => xml.trimEnd());
    return EXIT.done;
  });
}

/** A new key for a feeder: the key goes to whoever feeds, its hash into the plan. Neither is kept here. */
export function newKey(name: string, terminal: Terminal): number {
  const key = randomBytes(32).toString('base64url');
  const keySha256 = createHash('sha256').update(key).digest('hex');
  terminal.result({ name, key, keySha256 }, () =>
    terminal.pick({
      zh: `密钥（交给报送单位，只显示这一次）：${key}\n写入预案 senders.yaml 的 feeders：\n  - { name: ${name}, keySha256: ${keySha256}, contracts: [reading.v1] }`,
      en: `key (for the feeder, shown only now): ${key}\nfor feeders in senders.yaml of the plan:\n  - { name: ${name}, keySha256: ${keySha256}, contracts: [reading.v1] }`,
    }),
  );
  return EXIT.done;
}
