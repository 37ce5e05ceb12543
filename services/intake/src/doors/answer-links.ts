import { createHash } from 'node:crypto';
import { Clock } from '@fengsui/database';
import { JsonBody, Open } from '@fengsui/service';
import { Body, Controller, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import { Type, type Static } from 'typebox';
import type { Receipt } from '../accepting/receipt.js';
import { Receiving } from '../accepting/receiving.js';
import { Gate } from './feeders.js';
import { AsProblem, Problem } from './problem.js';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Said = Type.Object(
  {
    call: text(300),
    person: text(60),
    code: text(60),
    reply: Type.Optional(Type.Union([Type.Literal('accept'), Type.Literal('decline'), Type.Literal('hand-on')])),
    to: Type.Optional(text(60)),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
    readBack: Type.Optional(Type.String({ maxLength: 10 })),
  },
  { additionalProperties: false },
);

/** From one address: whoever answers taps a few times, whoever guesses codes taps often. */
const PER_MINUTE = 30;
const AT_ONCE = 8;

/**
 * Answers from the page that a message links to: no login, the code that only this message carried proves who answers.
 * Duty holds it against the call, the person and the time; here it is one order more.
 */
@Controller('v1')
@UseFilters(AsProblem)
export class AnswerLinks {
  private readonly gate = new Gate(AT_ONCE);

  constructor(
    private readonly receiving: Receiving,
    private readonly clock: Clock,
  ) {}

  @Post('answers')
  @HttpCode(200)
  @Open('the code of a message proves who answers')
  async answer(
    @Body(new JsonBody(Said)) said: Static<typeof Said>,
    @Req() { ip }: Readonly<{ ip: string }>,
  ): Promise<Receipt> {
    const now = await this.clock.now();
    const who = { name: `answer ${ip}`, contracts: ['order.v1'], perMinute: PER_MINUTE, atOnce: AT_ONCE };
    const leave = this.gate.enter(who, Date.parse(now));
    try {
      const { call: callId, person, reason = '', ...more } = said;
      // The same tap twice is the same order.
      const hash = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 24);
      const data = { orderId: `answer-${hash}`, kind: 'answer', callId, person, reason, speaksFor: null, ...more };
      const order = { type: 'order.v1', occurredAt: now, data };
      const about = { door: 'http' as const, name: 'POST /v1/answers', actor: 'answer-link' };
      const receipt = await this.receiving.receiveBytes(Buffer.from(JSON.stringify(order)), about);
      if ('skipped' in receipt) throw new Problem(400, 'unreadable', 'this is no answer', receipt.skipped);
      const [refusal] = receipt.refusals;
      if (refusal !== undefined) throw new Problem(422, 'refused', refusal.zh, `${refusal.place}: ${refusal.reason}`);
      return receipt;
    } finally {
      leave();
    }
  }
}
