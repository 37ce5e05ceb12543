import type { UtcInstant } from '@fengsui/contracts';
import { Clock, rows, type Db } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { post } from '../delivery/channels/posting.js';
import { LATE_SECONDS } from '../calls/lateness.js';

/** While it lasts it is said again so often. */
const SAID_AGAIN_MINUTES = 5;
/** A database that takes longer does not answer: frozen is as bad as gone. */
const ANSWERS_WITHIN_MS = 10_000;

/** Something that the engine should have done. */
export type Undone = Readonly<{ what: 'step' | 'message'; call: string; subject: string; seconds: number }>;

/**
 * What should have happened by now and did not, found without asking the engine that should have done it: open calls
 * whose step is late, and urgent messages of theirs that nobody tried to send.
 */
export async function undoneBy(db: Db, now: UtcInstant): Promise<readonly Undone[]> {
  return rows<Undone>(
    db,
    `select 'step' as what, id as call, subject, extract(epoch from $1::timestamptz - due_at)::float8 as seconds
     from duty.call where state in ('ringing', 'unanswered') and due_at < $1::timestamptz - make_interval(secs => $2)
     union all
     select 'message', c.id, c.subject, max(extract(epoch from $1::timestamptz - d.created_at))::float8
     from duty.delivery d join duty.call c on c.id = d.call
     where d.state = 'queued' and d.attempts = 0 and c.urgent and c.state in ('ringing', 'unanswered')
       and d.channel <> 'sink' and d.created_at < $1::timestamptz - make_interval(secs => $2)
     group by c.id, c.subject
     order by seconds desc limit 100`,
    [now, LATE_SECONDS],
  );
}

/** How the auditor hears of time and says what it found. */
export type Auditing = Readonly<{
  /** Opens the database, or throws: that it cannot is found, too. */ open: () => Promise<DataSource>;
  /** By another way than the calls go. */ url: string;
  /** For when the database does not say. */ nowMs: () => number;
  say: (line: string) => void;
}>;

/**
 * Watches the calls from outside of what makes them, in a process of its own, and rings by a way of its own when a step
 * does not come, when messages are not sent, or when the database does not answer. It changes nothing.
 */
export class CallAuditor {
  private db: DataSource | null = null;
  private saidAtMs: number | null = null;

  constructor(private readonly auditing: Auditing) {}

  /** Looks once. @returns what is wrong, in words; null: nothing is */
  async look(): Promise<string | null> {
    const found = await this.found();
    const { nowMs, say } = this.auditing;
    if (found === null) {
      if (this.saidAtMs !== null) await this.ring('值班呼叫已恢复', '各呼叫步骤、消息均已按时处理。', []);
      this.saidAtMs = null;
      return null;
    }
    say(found.words);
    if (this.saidAtMs === null || nowMs() - this.saidAtMs >= SAID_AGAIN_MINUTES * 60_000) {
      const sent = await this.ring('值班呼叫停摆', found.words, found.undone);
      if (sent) this.saidAtMs = nowMs();
    }
    return found.words;
  }

  async close(): Promise<void> {
    const { db } = this;
    this.db = null;
    await db?.destroy().catch(() => undefined);
  }

  private async found(): Promise<Readonly<{ words: string; undone: readonly Undone[] }> | null> {
    try {
      const undone = await within(ANSWERS_WITHIN_MS, this.undone());
      const [worst] = undone;
      if (worst === undefined) return null;
      const steps = undone.filter(({ what }) => what === 'step').length;
      const words = `${steps}个呼叫未按时升级，${undone.length - steps}个呼叫的消息未发送，最久${Math.round(worst.seconds)}秒：${worst.subject}。请立即人工呼叫并检查系统。`;
      return { words, undone };
    } catch (error) {
      void this.close(); // opened anew the next time; a frozen one does not even close
      return { words: `数据库无应答，无法确认呼叫是否进行：${String((error as Error)?.message ?? error)}`, undone: [] };
    }
  }

  private async undone(): Promise<readonly Undone[]> {
    this.db ??= await this.auditing.open();
    const clock = new Clock(this.db);
    return (await clock.isVirtual()) ? [] : undoneBy(this.db, await clock.now()); // a demonstration plays
  }

  private async ring(subject: string, text: string, undone: readonly Undone[]): Promise<boolean> {
    const calls = undone.map(({ what, call, seconds }) => ({ what, call, seconds: Math.round(seconds) }));
    try {
      await post(this.auditing.url, JSON.stringify({ subject: `【${subject}】`, text, calls }), {});
      return true;
    } catch (error) {
      this.auditing.say(`the alarm was not taken: ${String((error as Error)?.message ?? error)}`);
      return false;
    }
  }
}

/** @throws when it takes longer */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms);
  });
  work.catch(() => undefined); // it may fail after nobody waits for it
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
