import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMinutes, type DomainEvent } from '@fengsui/contracts';
import { onDuty, type Step } from '@fengsui/rules';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, type DutyPlan } from '../index.js';
import { planWith } from '../plan-for-tests.js';
import type { Policy } from '../plan.js';
import { Calls } from './calls.js';
import { climbNow } from './climb-at.js';

/** Every policy with every answer and every failure, minute by minute, against what a person would expect of it. */
const MINUTES = 75;
const HEADS = ['li', 'huang', 'zhou'];
const MOST_AN_HOUR = 12;

const step = (to: Step['to'][number], answerWithinMinutes: number, more: Partial<Step> = {}): Step => ({
  to: [to],
  needed: 'any',
  answerWithinMinutes,
  channels: ['mail'],
  inTurn: false,
  ...more,
});
const officer = { role: 'duty-officer' };
const leader = { role: 'duty-leader' };
const unanswered = {
  everyMinutes: 15,
  to: [{ person: 'desk' }, { role: 'bureau-leader' }],
  authorities: [],
  channels: ['mail'],
};
const policy = (name: string, steps: readonly Step[], rounds: number): Policy => ({
  name,
  promiseMinutes: null,
  chain: { steps, rounds, unanswered },
});
const POLICIES: readonly Policy[] = [
  policy('urgent', [step(officer, 5), step(leader, 5), step({ role: 'bureau-leader' }, 10)], 2),
  policy('ordinary', [step(officer, 15), step(leader, 15), step({ role: 'bureau-leader' }, 30)], 1),
  policy('one person, then a role', [step({ person: 'zheng' }, 7), step(leader, 3)], 3),
  policy('all of a list', [step({ list: 'heads' }, 5, { needed: 'all' }), step(leader, 5)], 2),
  policy('two of a list', [step({ list: 'heads' }, 5, { needed: 2 }), step(leader, 5)], 2),
  policy('two channels at once, often', [step({ person: 'zheng' }, 1, { channels: ['mail', 'webhook'] })], 10),
  policy('nobody on its list, then a role', [step({ list: 'nobody' }, 5), step(leader, 5)], 2),
];
type Reply = Readonly<{ minute: number; who: 'first' | 'second' | 'desk'; reply: 'accept' | 'decline' }>;
const ANSWERS: readonly (readonly Reply[])[] = [
  [],
  [{ minute: 0, who: 'first', reply: 'accept' }],
  [{ minute: 3, who: 'first', reply: 'accept' }],
  // In the instant of the second step of most of them.
  [{ minute: 5, who: 'first', reply: 'accept' }],
  [{ minute: 12, who: 'second', reply: 'accept' }],
  [{ minute: 2, who: 'first', reply: 'decline' }],
  [
    { minute: 2, who: 'first', reply: 'decline' },
    { minute: 4, who: 'second', reply: 'accept' },
  ],
  [
    { minute: 2, who: 'first', reply: 'accept' },
    { minute: 4, who: 'second', reply: 'accept' },
  ],
  [{ minute: 70, who: 'desk', reply: 'accept' }],
];
/** Every way to everybody of the step that rings has failed at these minutes. */
const FAILURES: readonly (readonly number[])[] = [[], [1], [1, 2], [6]];

const CASES = POLICIES.flatMap((one) =>
  ANSWERS.flatMap((answers, a) =>
    FAILURES.map((failures, f) => ({ id: `${one.name}/${a}/${f}`, policy: one, answers, failures })),
  ),
);
type Case = (typeof CASES)[number];

let duty: LoneService;
let plan: DutyPlan;
const peopleOf = ({ to }: Pick<Step, 'to'>, minute: number): string[] =>
  to.flatMap((one) =>
    'person' in one
      ? [one.person]
      : 'list' in one
        ? one.list === 'heads'
          ? HEADS
          : []
        : [onDuty(plan.roster, one.role, addMinutes(duty.instant('20:00'), minute))],
  );

/** The model: what is rung when, told as simply as it can be, without a line of what is tested. */
class Model {
  readonly sent: string[] = [];
  private readonly times = new Map<string, number[]>();
  private readonly rungBy = new Map<number, string[]>();
  private readonly accepted = new Set<string>();
  private readonly declined = new Set<string>();
  private steps = 0;
  private dueAt = 0;
  private open = true;

  constructor(private readonly one: Case) {}

  /** Whatever falls due in this minute, then who answers in it, then what fails in it. @returns who answers */
  minute(minute: number): readonly string[] {
    while (this.open && this.dueAt <= minute) this.next(minute);
    const answers = this.one.answers.filter((reply) => reply.minute === minute);
    const people = answers.map((reply) => {
      const person = this.whoIs(reply.who);
      this.reply(reply, minute);
      return person === '' ? 'nobody' : person;
    });
    if (this.one.failures.includes(minute) && this.open) this.next(minute);
    return people;
  }

  private whoIs(who: Reply['who']): string {
    const everybody = [...this.rungBy.values()].flat();
    const different = [...new Set(everybody)];
    return who === 'desk' ? 'desk' : (different[who === 'first' ? 0 : 1] ?? '');
  }

  private next(minute: number): void {
    const { steps, rounds, unanswered: top } = this.one.policy.chain;
    for (;;) {
      const step = this.steps < steps.length * rounds ? steps[this.steps % steps.length] : undefined;
      this.steps += 1;
      if (step === undefined) {
        this.ring(peopleOf(top, minute), top.channels, minute);
        this.dueAt = minute + top.everyMinutes;
        return;
      }
      const left = peopleOf(step, minute).filter((person) => !this.replied(person));
      if (left.length === 0) continue; // nobody is left: the next at once
      this.ring(left, step.channels, minute);
      this.dueAt = minute + step.answerWithinMinutes;
      return;
    }
  }

  /** Where several must answer, who has answered is not called again. */
  private replied(person: string): boolean {
    return this.one.policy.chain.steps.some(({ needed }) => needed !== 'any') && this.accepted.has(person);
  }

  private ring(people: readonly string[], channels: readonly string[], minute: number): void {
    this.rungBy.set(this.steps, [...people]);
    for (const person of people) {
      const times = (this.times.get(person) ?? []).filter((at) => at > minute - 60);
      const may = Math.max(0, MOST_AN_HOUR - times.length);
      for (const channel of channels.slice(0, this.steps > 4 ? may : channels.length)) {
        this.sent.push(`${minute} ${this.steps} ${person} ${channel}`);
        times.push(minute);
      }
      this.times.set(person, times);
    }
  }

  private reply({ who, reply }: Reply, minute: number): void {
    const person = this.whoIs(who);
    if (!this.open || !this.wasTold(person) || this.accepted.has(person)) return;
    if (reply === 'decline') {
      this.declined.add(person);
      const now = this.rungBy.get(this.steps) ?? [];
      if (now.every((one) => this.declined.has(one))) this.next(minute);
      return;
    }
    this.accepted.add(person);
    if (!this.isEnough(person)) return;
    this.open = false;
    for (const told of [...this.times.keys()].sort()) if (told !== person) this.sent.push(`${minute} notice ${told}`);
  }

  private wasTold(person: string): boolean {
    return this.times.has(person);
  }

  private isEnough(person: string): boolean {
    const { steps, rounds } = this.one.policy.chain;
    return [...this.rungBy].some(([number, people]) => {
      if (!people.includes(person)) return false;
      if (number > steps.length * rounds) return true;
      const index = (number - 1) % steps.length;
      const { needed = 'any' } = steps[index] ?? {};
      const called = new Set(
        [...this.rungBy].flatMap(([n, all]) =>
          n <= steps.length * rounds && (n - 1) % steps.length === index ? all : [],
        ),
      );
      const answered = [...this.accepted].filter((one) => called.has(one)).length;
      return answered >= (needed === 'any' ? 1 : needed === 'all' ? called.size : needed);
    });
  }
}

const expected = new Map<string, readonly string[]>();
const sent = new Map<string, string[]>();

beforeAll(async () => {
  plan = planWith((draft) => void (draft.lists = { heads: HEADS }));
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
  await duty.at('20:00');
  const { db, log } = duty.runtime;
  const now = duty.instant('20:00');
  const within = (
    what: (tx: never, append: (...events: readonly DomainEvent[]) => void) => Promise<void>,
  ): Promise<void> =>
    db.transaction(async (tx) => {
      const events: DomainEvent[] = [];
      await what(tx as never, (...more) => void events.push(...more));
      await log.append(tx as never, events);
    });
  const models = new Map(CASES.map((one) => [one.id, new Model(one)]));
  await within((tx, append) =>
    duty.get(Calls).startAll(
      CASES.map(({ id, policy: own }) => ({
        id,
        cause: 'proposal' as const,
        about: id,
        says: { subject: '题', text: '文' },
        causes: ['e'],
        policy: own,
      })),
      { tx, now, append },
    ),
  );
  let orders = 0;
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    const at = addMinutes(now, minute);
    await duty.at(clock(minute));
    const replies: Given[] = [];
    for (const { id, answers, failures } of CASES) {
      const model = models.get(id) as Model;
      const due = answers.filter((one) => one.minute === minute);
      const people = model.minute(minute);
      for (const [index, { reply }] of due.entries()) {
        orders += 1;
        const person = people[index] ?? 'nobody';
        const data = {
          orderId: `o${orders}`,
          actor: person,
          right: 'answer',
          speaksFor: null,
          reason: '理由',
          kind: 'answer',
        };
        replies.push({
          type: 'order.v1',
          key: id,
          id: `order/o${orders}`,
          occurredAt: at,
          data: { ...data, callId: id, person, reply },
        });
      }
      if (!failures.includes(minute)) continue;
      if (replies.length > 0) await duty.give(...replies.splice(0));
      const [row] = (await db.query('select steps_called as n, state from duty.call where id = $1', [id])) as {
        n: number;
        state: string;
      }[];
      if (row !== undefined && row.state !== 'answered') await within((tx) => climbNow(tx, id, row.n, at));
    }
    if (replies.length > 0) await duty.give(...replies);
    if (CASES.some(({ failures }) => failures.includes(minute))) await duty.at(clock(minute));
  }
  for (const [id, model] of models) expected.set(id, [...model.sent].sort());
  const found = (await db.query(
    `select call, step, person, key, subject is null as rings, extract(epoch from created_at - $1::timestamptz)::float8 / 60 as minute
     from duty.delivery order by created_at, key`,
    [now],
  )) as { call: string; step: number; person: string; key: string; rings: boolean; minute: number }[];
  for (const { call, step: number, person, key, rings, minute } of found) {
    const said = rings ? `${minute} ${number} ${person} ${key.split('/').at(-1)}` : `${minute} notice ${person}`;
    sent.set(call, [...(sent.get(call) ?? []), said]);
  }
}, 600_000);
afterAll(() => duty.end());

const clock = (minute: number): string =>
  `${String(20 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

describe('every policy, every answer, every failure', () => {
  it.each(CASES.map(({ id }) => id))('%s sends what is expected, and nothing else', (id) =>
    expect([...(sent.get(id) ?? [])].sort()).toEqual(expected.get(id)),
  );

  it('and the model tells them apart', () => {
    const different = new Set([...expected.values()].map((one) => one.join()));
    expect(different.size).toBeGreaterThan(60);
  });
});
