import {
  levelRank,
  type Envelope,
  type EventOf,
  type EventType,
  type Level,
  type SourceHeardV1,
  type SourceSilentV1,
} from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import type { Ending } from '../calls/call-events.js';
import { Calls } from '../calls/calls.js';
import { Bundles } from './bundles.js';
import { CallTexts } from './call-texts.js';
import { Gathering, type Item } from './gathering.js';
import { SilentGauges } from './silent-gauges.js';

type Events<T extends EventType> = readonly EventOf<T>[];

/** What the other services decided, and whom that concerns right now. */
@Controller()
export class DecisionConsumer {
  constructor(
    private readonly calls: Calls,
    private readonly bundles: Bundles,
    private readonly gauges: SilentGauges,
    private readonly texts: CallTexts,
    private readonly gathering: Gathering,
  ) {}

  @Consumes('duty', 'response-proposed.v1')
  async proposed(events: Events<'response-proposed.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { proposalId, authority } = event.data;
      const says = this.texts.response(event, unit.now);
      const cause = lowers(event.data) ? ('proposal-lower' as const) : ('proposal' as const);
      const call = { id: `proposal/${proposalId}`, cause, about: proposalId, authority, level: event.data.to };
      await this.calls.start({ ...call, says, causes: [event.id], red: event.data.red === true }, unit);
    }
  }

  /** Nobody has decided. A call for it that is open says so from now on; one that was answered rings again. */
  @Consumes('duty', 'response-proposal-overdue.v1')
  async proposalOverdue(events: Events<'response-proposal-overdue.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { proposalId, authority, to } = event.data;
      const says = this.texts.response(event, unit.now);
      const cause = lowers(event.data) ? 'proposal-lower' : 'proposal-overdue';
      if (await this.calls.again(proposalId, { says, event: event.id, cause }, unit)) continue;
      const call = { id: `proposal/${proposalId}`, cause, about: proposalId, authority, level: to } as const;
      await this.calls.start({ ...call, says, causes: [event.id] }, unit);
    }
  }

  /**
   * What calls for a proposal has changed: the calls for it say so from the next step on. Where nothing calls for it
   * any more, nobody is rung for it, and whoever was is told; where something does again, it rings again.
   */
  @Consumes('duty', 'response-proposal-revised.v1')
  async proposalRevised(events: Events<'response-proposal-revised.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { proposalId, to, calledFor, groundsGone } = event.data;
      const says = this.texts.response(event, unit.now);
      if (groundsGone) await this.calls.close(proposalId, 'grounds-gone', '依据已消失', endingBy(event, unit), unit);
      else if (await this.calls.ringAgain(proposalId, { says, event: event.id }, unit)) continue;
      else if (levelRank(calledFor) > levelRank(to))
        await this.calls.again(proposalId, { says, event: event.id, because: 'raised', level: calledFor }, unit);
      else await this.calls.reword(proposalId, says, event.id, unit);
    }
  }

  @Consumes('duty', 'response-proposal-closed.v1')
  async proposalClosed(events: Events<'response-proposal-closed.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { proposalId, decidedBy, reason } = event.data;
      if (decidedBy !== null) await this.calls.answeredByDecision(proposalId, decidedBy, endingBy(event, unit), unit);
      else await this.calls.close(proposalId, 'superseded', reason, endingBy(event, unit), unit);
    }
  }

  @Consumes('duty', 'response-changed.v1')
  async changed(events: Events<'response-changed.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { proposalId, decidedBy, episodeId, authority, to } = event.data;
      if (to === 'none' && episodeId !== null)
        await this.calls.close(episodeId, 'superseded', '响应已结束', endingBy(event, unit), unit);
      if (proposalId !== null) await this.calls.answeredByDecision(proposalId, decidedBy, endingBy(event, unit), unit);
      const id = `response/${event.id.replace('response-changed/', '')}`;
      const says = this.texts.response(event, unit.now);
      const about = episodeId ?? event.id;
      await this.calls.start({ id, cause: 'response', about, authority, level: to, says, causes: [event.id] }, unit);
    }
  }

  @Consumes('duty', 'emergency-period.v1')
  async emergency(events: Events<'emergency-period.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { authority } = event.data;
      const says = this.texts.emergency(event, unit.now);
      const call = {
        id: `response/${event.id}`,
        cause: 'response' as const,
        about: event.correlationId,
        authority,
        says,
      };
      await this.calls.start({ ...call, causes: [event.id] }, unit);
    }
  }

  /** The tasks of one change are one call. */
  @Consumes('duty', 'transfer-task-raised.v1')
  async transfersRaised(events: Events<'transfer-task-raised.v1'>, unit: UnitOfWork): Promise<void> {
    await this.bundles.gather(
      events.map(({ id, correlationId, data }) => ({
        call: `${data.phase === 'prepare' ? 'transfers-ready' : 'transfers'}/${data.episodeId}/${correlationId}`,
        task: data.taskId,
        people: data.people,
        dueAt: data.dueAt,
        event: id,
      })),
      unit,
    );
  }

  /** And so are those that are overdue together. */
  @Consumes('duty', 'transfer-task-overdue.v1')
  async transfersOverdue(events: Events<'transfer-task-overdue.v1'>, unit: UnitOfWork): Promise<void> {
    await this.bundles.gather(
      events.map(({ id, data }) => ({
        call: `transfer-overdue/${data.episodeId}/${data.dueAt}`,
        task: (data.reminder ?? 1) > 1 ? `${data.taskId}#${data.reminder}` : data.taskId,
        people: data.unaccounted,
        dueAt: data.dueAt,
        event: id,
      })),
      unit,
    );
  }

  /** Of a response that ended its own end is what closes the calls. */
  @Consumes('duty', 'transfer-task-closed.v1')
  async transfersClosed(events: Events<'transfer-task-closed.v1'>, unit: UnitOfWork): Promise<void> {
    for (const { id: event, occurredAt: at, data } of events)
      if (data.outcome === 'everyone-accounted-for')
        await this.bundles.closed(data.taskId, { at, now: unit.now, event }, unit);
  }

  /** Who comes back before they are released is in danger again. */
  @Consumes('duty', 'transfer-task-progressed.v1')
  async returned(events: Events<'transfer-task-progressed.v1'>, unit: UnitOfWork): Promise<void> {
    for (const { id, data, occurredAt } of events) {
      if (data.unreleased === undefined) continue;
      const says = this.texts.returned(data, occurredAt, unit.now);
      const cause = 'transfer-returned' as const;
      const again = { says, event: id, of: [cause], because: 'raised' as const };
      if (await this.calls.again(data.taskId, again, unit)) continue;
      await this.calls.start({ id: `${cause}/${id}`, cause, about: data.taskId, says, causes: [id] }, unit);
    }
  }

  /**
   * Those who have not signed, reported or done what the plan says. What falls due together is one call; one that still
   * rings for it says so, too.
   */
  @Consumes('duty', 'obligation-overdue.v1')
  async obligationOverdue(events: Events<'obligation-overdue.v1'>, unit: UnitOfWork): Promise<void> {
    const items: Item[] = [];
    for (const event of events) {
      const { matter, authority } = event.data;
      const says = this.texts.obligation(event.data, unit.now);
      const group = await this.gathering.groupOf(matter, unit.tx);
      if (group !== null) await this.gathering.overdue(group, 'obligation-overdue', event.id, unit);
      else if (!(await this.calls.again(matter, { says, event: event.id }, unit)))
        items.push({
          id: event.id.replace('obligation-overdue/', 'obligation/'),
          about: matter,
          authority,
          says,
          event: event.id,
        });
    }
    await this.gathering.add('obligation-overdue', items, unit);
  }

  @Consumes('duty', 'obligation-met.v1')
  async obligationMet(events: Events<'obligation-met.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) if (event.data.left === 0) await this.settled(event.data.matter, '已办结', event, unit);
  }

  @Consumes('duty', 'obligation-dropped.v1')
  async obligationDropped(events: Events<'obligation-dropped.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) await this.settled(event.data.matter, event.data.reason, event, unit);
  }

  private settled(matter: string, reason: string, event: Envelope, unit: UnitOfWork): Promise<void> {
    const ending = endingBy(event, unit);
    const over = (about: string) => this.calls.close(about, 'superseded', reason, ending, unit);
    return this.gathering.settle(matter, ending, over, unit);
  }

  /** The fires of a pass are one call. */
  @Consumes('duty', 'fire-raised.v1')
  async fireRaised(events: Events<'fire-raised.v1'>, unit: UnitOfWork): Promise<void> {
    const fresh: Events<'fire-raised.v1'>[number][] = [];
    for (const event of events) if (!(await this.saidAgain(event, unit))) fresh.push(event);
    const items = fresh.map((event): Item => {
      const { fireId, county, signs, pass, firstSeenBy, urgentBecause } = event.data;
      const isUrgent = urgentBecause !== undefined;
      return {
        id: callOf(event),
        about: fireId,
        says: this.texts.fire(event, unit.now),
        event: event.id,
        // What people report is a call by itself; what a satellite saw in one pass over a county is one.
        bundle: pass !== undefined ? `${county} ${pass}` : firstSeenBy === 'report' ? fireId : null,
        weight: (isUrgent ? MOST_SIGNS : 0) + Math.min(signs, MOST_SIGNS - 1),
        urgentAs: isUrgent ? 'fire-urgent' : null,
      };
    });
    await this.gathering.add('fire', items, unit);
  }

  /** What is asked about again while its call rings goes on in that call: with the new words, from the first step. */
  private async saidAgain(event: EventOf<'fire-raised.v1'>, unit: UnitOfWork): Promise<boolean> {
    const { fireId, again, urgentBecause } = event.data;
    if (again === undefined || !(await this.calls.rings(fireId, unit.tx))) return false;
    const cause = urgentBecause === undefined ? {} : { cause: 'fire-urgent' as const };
    const says = this.texts.fire(event, unit.now);
    return this.calls.again(fireId, { says, event: event.id, because: 'raised', ...cause }, unit);
  }

  /** Nobody has judged it: the call for it goes on, more urgently. */
  @Consumes('duty', 'fire-overdue.v1')
  async fireOverdue(events: Events<'fire-overdue.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { fireId } = event.data;
      const cause = 'fire-overdue';
      const group = await this.gathering.groupOf(fireId, unit.tx);
      if (group !== null) {
        await this.gathering.overdue(group, cause, event.id, unit);
        continue;
      }
      const says = this.texts.fire(event, unit.now);
      if (await this.calls.again(fireId, { says, event: event.id, cause, because: 'raised' }, unit)) continue;
      const id = callOf(event);
      await this.gathering.takeOut(fireId, id, unit);
      await this.calls.start({ id, cause, about: fireId, says, causes: [event.id] }, unit);
    }
  }

  @Consumes('duty', 'fire-judged.v1')
  async fireJudged(events: Events<'fire-judged.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { fireId, decidedBy, answers = true } = event.data;
      if (!answers) continue; // whoever is asked now has not answered
      const ending = endingBy(event, unit);
      const over = (about: string) => this.calls.answeredByDecision(about, decidedBy, ending, unit);
      await this.gathering.settle(fireId, ending, over, unit);
    }
  }

  /** Its only sign was taken back: nobody needs to look at it. */
  @Consumes('duty', 'fire-phase.v1')
  async firePhase(events: Events<'fire-phase.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { fireId, phase, reason } = event.data;
      if (phase !== 'withdrawn' && phase !== 'unasked') continue;
      const ending = endingBy(event, unit);
      const over = (about: string) => this.calls.close(about, 'grounds-gone', reason, ending, unit);
      await this.gathering.settle(fireId, ending, over, unit);
    }
  }

  @Consumes('duty', 'fire-merged.v1')
  async fireMerged(events: Events<'fire-merged.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { fireId, mergedFireId } = event.data;
      const ending = endingBy(event, unit);
      const over = (about: string) => this.calls.close(about, 'merged', `已并入${fireId}`, ending, unit);
      await this.gathering.settle(mergedFireId, ending, over, unit);
    }
  }

  /** Sources that fall silent together are one call: a broken line takes all of them. */
  @Consumes('duty', 'source-silent.v1')
  async sourceSilent(events: readonly SourceSilentV1[], unit: UnitOfWork): Promise<void> {
    const items = events.map((event) => {
      const { source, silentSince } = event.data;
      const id = `source-silent/${source}/${silentSince}`;
      return { id, about: `source/${source}`, says: this.texts.silence(event, unit.now), event: event.id };
    });
    await this.gathering.add('source-silent', items, unit);
  }

  @Consumes('duty', 'source-heard.v1')
  async sourceHeard(events: readonly SourceHeardV1[], unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      const { source } = event.data;
      const ending = endingBy(event, unit);
      const over = (about: string) => this.calls.close(about, 'source-heard', `${source}恢复`, ending, unit);
      await this.gathering.settle(`source/${source}`, ending, over, unit);
    }
  }

  @Consumes('duty', 'gauge-silent.v1')
  gaugeSilent(events: Events<'gauge-silent.v1'>, unit: UnitOfWork): Promise<void> {
    return this.gauges.silent(events, unit);
  }

  @Consumes('duty', 'gauge-heard.v1')
  async gaugeHeard(events: Events<'gauge-heard.v1'>, unit: UnitOfWork): Promise<void> {
    for (const event of events) await this.gauges.heard(event, unit);
  }
}

/** Nothing is at risk while nobody lowers a level: it is no reason to climb the urgent chain at night. */
const lowers = ({ from, to }: Readonly<{ from?: Level | undefined; to: Level }>): boolean =>
  from !== undefined && levelRank(to) < levelRank(from);

const endingBy = (
  { id, occurredAt, causes }: Pick<Envelope, 'id' | 'occurredAt' | 'causes'>,
  { now }: UnitOfWork,
): Ending => ({
  at: occurredAt,
  now,
  causes: [id, ...causes],
});

/** However many signs a fire has, an urgent one weighs more. */
const MOST_SIGNS = 1_000_000;

/** Asked about again, it is another call: the first one is over. */
const callOf = ({ data: { fireId, again } }: EventOf<'fire-raised.v1' | 'fire-overdue.v1'>): string =>
  again === undefined ? `fire/${fireId}` : `fire/${fireId}/${again}`;
