import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { serverAt } from './address.js';

const RECONNECT_AFTER_MS = 500;

/**
 * One connection that only listens. What it hears is a hint to look, never the news itself, so a lost connection
 * loses nothing: whoever waits looks again by itself after a while.
 */
export class Notifications {
  private client: pg.Client | null = null;
  private closed = false;
  private readonly heard = new Map<string, Set<(payload: string) => void>>();

  constructor(private readonly url: string) {}

  async open(): Promise<void> {
    const { url, ssl } = serverAt(this.url);
    const client = new pg.Client({ connectionString: url, ssl: ssl ?? false, application_name: 'fengsui listen' });
    client.on('notification', ({ channel, payload }) => this.wake(channel, payload ?? ''));
    // A lost connection speaks twice, once for the server's word and once for the socket: both are heard, one is acted
    // on.
    client.on('error', () => void this.reopen(client));
    try {
      await client.connect();
      for (const channel of this.heard.keys()) await client.query(`listen ${channel}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) await client.end().catch(() => undefined);
    else this.client = client;
  }

  /**
   * Calls `wake` with what was said whenever something was notified on `channel`; with nothing when something may
   * have been missed. Returns a function that ends it.
   */
  async on(channel: string, wake: (payload: string) => void): Promise<() => void> {
    const listeners = this.heard.get(channel) ?? new Set();
    const first = !this.heard.has(channel);
    this.heard.set(channel, listeners.add(wake));
    if (first) await this.client?.query(`listen ${channel}`);
    return () => void listeners.delete(wake);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end().catch(() => undefined);
  }

  private wake(channel: string, payload: string): void {
    for (const wake of this.heard.get(channel) ?? []) wake(payload);
  }

  private async reopen(lost: pg.Client): Promise<void> {
    if (this.client !== lost) return;
    this.client = null;
    await lost.end().catch(() => undefined);
    while (!this.closed) {
      await sleep(RECONNECT_AFTER_MS);
      try {
        await this.open();
        for (const channel of this.heard.keys()) this.wake(channel, ''); // something may have been said meanwhile
        return;
      } catch {
        // still down; try again
      }
    }
  }
}
