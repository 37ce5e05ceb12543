import { addMinutes, type UtcInstant } from '@fengsui/contracts';

/** So many failures one after the other, and the channel is left alone for a while. */
const FAILURES = 5;
const ALONE_MINUTES = 0.5;

type Breaker = Readonly<{ failures: number; until: UtcInstant | null }>;

/**
 * Channels that fail again and again are left alone: each message would wait its time for nothing. After a while one
 * is let through; what becomes of it decides. Known to this process alone: another finds out for itself.
 */
export class Breakers {
  private readonly known = new Map<string, Breaker>();

  /** Until when a channel is left alone; null: it may be used. */
  closedUntil(channel: string, now: UtcInstant): UtcInstant | null {
    const until = this.known.get(channel)?.until ?? null;
    return until !== null && until > now ? until : null;
  }

  good(channel: string): void {
    this.known.delete(channel);
  }

  /** @param waitSeconds for which the other side asked to be left alone */
  bad(channel: string, now: UtcInstant, waitSeconds: number | null): void {
    const failures = (this.known.get(channel)?.failures ?? 0) + 1;
    const minutes = waitSeconds === null ? (failures >= FAILURES ? ALONE_MINUTES : 0) : waitSeconds / 60;
    this.known.set(channel, { failures, until: minutes > 0 ? addMinutes(now, minutes) : null });
  }
}
