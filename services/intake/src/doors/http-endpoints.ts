import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { Sessions, TOKEN_PREFIX } from '@fengsui/access';
import type { ObservedEvent, Refusal } from '@fengsui/contracts';
import { Clock } from '@fengsui/database';
import { credentialOf, identityOf, isThisMachine, Open } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';
import { Controller, HttpCode, Inject, Injectable, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { BadPayload, spool, type Spooled } from '../keeping/payload.js';
import { IntakePlan } from '../plan.js';
import type { Receipt } from '../accepting/receipt.js';
import { Receiving } from '../accepting/receiving.js';
import { giverOf } from '../accepting/ways-in.js';
import { KeptAnswers } from './kept-answers.js';
import { ENDPOINTS, readersFor, type Endpoint } from './endpoints.js';
import { Feeders, Gate, type Known } from './feeders.js';
import { paced, TooSlow } from './body-pace.js';
import { WrongKeys } from './wrong-keys.js';
import { AsProblem, Problem } from './problem.js';

/** Injection token of the settings that the doors need. */
export const HTTP_SETTINGS = Symbol('settings of the doors');

/** What the HTTP endpoints stand on. */
@Injectable()
export class HttpDoor {
  constructor(
    readonly sessions: Sessions,
    @Inject(HTTP_SETTINGS) readonly settings: Settings,
  ) {}
}

type Request = Readonly<{
  ip: string;
  method: string;
  body: unknown;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}>;
type Reply = { header: (name: string, value: string) => Reply };

/** Evidence comes from feeders: whoever is logged in gives orders, by whatever endpoint. */
const ordersOnly = (event: ObservedEvent): Refusal | null =>
  event.type === 'order.v1'
    ? null
    : {
        place: '',
        reason: `登录人只能下达指令，不能报送 ${event.type} / a login gives orders, and feeds no ${event.type}`,
        expected: 'the key of a feeder',
      };

/** No person gives more orders than this. */
const ORDERS_PER_MINUTE = 60;
/** Uploads at once; each holds a few megabytes. */
const AT_ONCE = 16;
/** What no input of ours comes as; everything else is recognised by its content. */
const NO_INPUT = /^(multipart|image|audio|video|font)\//i;

/**
 * One object, an array, NDJSON, or a source format in the body, plain or with `Content-Encoding: gzip`; the answer
 * counts what became of each record. The body is taken as it comes and kept until it is whole: half a body is no
 * input.
 */
@Controller('v1')
@Open('a feeder proves itself with its key; a person who gives orders is looked up here', false)
@UseFilters(AsProblem)
export class HttpEndpoints {
  private readonly feeders: Feeders;
  private readonly gate = new Gate(AT_ONCE);
  private readonly folder: string;
  private readonly limit: number;
  private readonly bodySeconds: number;
  private readonly wrongKeys = new WrongKeys();

  constructor(
    private readonly receiving: Receiving,
    private readonly answers: KeptAnswers,
    private readonly plan: IntakePlan,
    private readonly clock: Clock,
    private readonly http: HttpDoor,
  ) {
    const { settings } = http;
    this.feeders = new Feeders(() => plan.feedersNow(), settings.FENGSUI_PUBLIC_URL === undefined);
    this.folder = path.resolve(settings.FENGSUI_HOME, 'spool');
    this.limit = settings.FENGSUI_BODY_LIMIT_MB * 1_000_000;
    this.bodySeconds = settings.FENGSUI_BODY_SECONDS;
  }

  @Post(':endpoint')
  @HttpCode(200)
  async take(
    @Param('endpoint') endpoint: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Receipt> {
    if (endpoint !== 'inputs' && !Object.hasOwn(ENDPOINTS, endpoint))
      throw new Problem(
        404,
        'no-endpoint',
        'there is no such endpoint',
        `inputs, ${Object.keys(ENDPOINTS).join(', ')}`,
      );
    const header = (name: string): string | undefined => [request.headers[name]].flat()[0];
    const instant = await this.clock.now();
    const now = Date.parse(instant);
    const feeder =
      (await this.loggedIn(request, now)) ??
      this.wrongKeys.watch(request.ip, now, () =>
        this.feeders.identify(
          header('authorization') ?? header('x-api-key'),
          { address: request.ip, here: isThisMachine(request) },
          instant,
        ),
      );
    const contract = endpoint === 'inputs' ? null : ENDPOINTS[endpoint as Endpoint];
    if (contract !== null && feeder.contracts?.includes(contract) === false)
      throw new Problem(
        403,
        'not-allowed',
        'this key may not send this',
        `${contract}; it may send ${feeder.contracts.join(', ')}`,
      );
    const type = header('content-type') ?? '';
    if (NO_INPUT.test(type)) throw new Problem(415, 'unsupported-type', 'no input comes as this', type.slice(0, 100));
    const encoding = header('content-encoding') ?? 'identity';
    if (!/^(identity|gzip|x-gzip)$/i.test(encoding))
      throw new Problem(
        415,
        'unsupported-encoding',
        'this encoding is not unpacked',
        `${encoding.slice(0, 40)}; gzip or none`,
      );
    const leave = this.gate.enter(feeder, now);
    try {
      const spooled = await this.spooled(request.body as Readable);
      try {
        return await this.receive(endpoint, spooled, feeder, header('idempotency-key'), reply);
      } finally {
        await spooled.dispose();
      }
    } finally {
      leave();
    }
  }

  /**
   * Somebody who is logged in gives orders, and nothing else: evidence comes from feeders.
   * @returns null when no session is named @throws Problem 401 for a session that nobody has
   */
  private async loggedIn(request: Request, now: number): Promise<Known | null> {
    const credential = credentialOf(request.headers);
    if (credential === null || (credential.by === 'bearer' && !credential.token.startsWith(TOKEN_PREFIX))) return null;
    const identity = await identityOf(request, this.http.sessions);
    if (identity === null)
      return this.wrongKeys.watch(request.ip, now, () => {
        throw new Problem(401, 'no-session', '登录已结束 / the session has ended', 'POST /v1/session', {});
      });
    await this.http.sessions.acted(credential.token);
    const giver = giverOf(identity, this.plan.access);
    return {
      name: identity.person,
      contracts: ['order.v1'],
      permit: ordersOnly,
      perMinute: ORDERS_PER_MINUTE,
      atOnce: 4,
      giver,
    };
  }

  private async spooled(body: Readable | null | undefined): Promise<Spooled> {
    if (body === null || body === undefined) throw empty();
    mkdirSync(this.folder, { recursive: true });
    try {
      return await spool(paced(body, this.bodySeconds), this.folder, this.limit);
    } catch (error) {
      if (error instanceof TooSlow)
        throw new Problem(408, 'too-slow', 'the body comes too slowly', `${error.message} (FENGSUI_BODY_SECONDS)`, {
          headers: { connection: 'close' },
        });
      if (!(error instanceof BadPayload)) throw error;
      // What still comes is let run out: the answer must reach a client that has not finished speaking.
      body.resume();
      if (error.kind === 'too-large')
        throw new Problem(
          413,
          'too-large',
          'the body is too large',
          `${error.message}; at most ${this.limit} bytes, unpacked (FENGSUI_BODY_LIMIT_MB)`,
          { headers: { connection: 'close' } },
        );
      throw new Problem(400, 'unreadable', 'the body cannot be unpacked', error.message);
    }
  }

  private async receive(
    endpoint: string,
    { payload }: Spooled,
    feeder: Known,
    key: string | undefined,
    reply: Reply,
  ): Promise<Receipt> {
    if (payload.size === 0) throw empty();
    if (key !== undefined && (key.length > 200 || key.trim() === ''))
      throw new Problem(400, 'bad-key', 'the idempotency key cannot be used', 'Idempotency-Key: 1 to 200 characters');
    if (key !== undefined) {
      const before = await this.answers.find(feeder.name, key);
      if (before !== null && (before.sha256 !== payload.sha256 || before.door !== endpoint))
        throw new Problem(
          422,
          'key-reused',
          'the idempotency key was used for another body',
          'a key of its own for each body',
        );
      if (before !== null) {
        reply.header('idempotent-replayed', 'true');
        return orRefused(before.answer);
      }
    }
    const contract = endpoint === 'inputs' ? null : ENDPOINTS[endpoint as Endpoint];
    const receipt = await this.receiving.receive({
      payload,
      door: feeder.giver === undefined ? 'http' : 'login',
      name: `POST /v1/${endpoint}`,
      actor: feeder.name,
      ...(feeder.giver === undefined ? {} : { giver: feeder.giver }),
      readers: contract === null ? this.receiving.readers : readersFor(this.receiving.readers, contract),
      permit: (event) => {
        if (contract !== null && event.type !== contract)
          return {
            place: '',
            reason: `${event.type} on the endpoint of ${contract}`,
            expected: `${contract}, or POST /v1/inputs`,
          };
        return feeder.permit?.(event) ?? null;
      },
    });
    if ('skipped' in receipt)
      throw new Problem(415, 'unknown-format', 'the body is in no format that this endpoint takes', receipt.skipped);
    if (key !== undefined)
      await this.answers.keep(feeder.name, key, { sha256: payload.sha256, door: endpoint, answer: receipt });
    return orRefused(receipt);
  }
}

/** @throws Problem 422 when nothing of it could be taken */
function orRefused(receipt: Receipt): Receipt {
  if (receipt.records > 0 && receipt.refused === receipt.records)
    throw new Problem(422, 'refused', 'every record was refused', `${receipt.refused} refused`, { members: receipt });
  return receipt;
}

const empty = (): Problem =>
  new Problem(400, 'empty-body', 'the body is empty', 'one object, an array, NDJSON, or a file of a source format');
