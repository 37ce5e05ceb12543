import {
  AccessFault,
  appendAudit,
  LocalLogin,
  newSecret,
  PersonRow,
  SecretBox,
  usedStep,
  type Identity,
} from '@fengsui/access';
import { Clock } from '@fengsui/database';
import { JsonBody, NeedsLogin, SentToken, Who } from '@fengsui/service';
import { Body, Controller, HttpCode, Post, Put, Req, UseFilters } from '@nestjs/common';
import { Type, type Static } from 'typebox';
import { DataSource } from 'typeorm';
import { AsRefusal } from './as-refusal.js';
import { LoginPace } from './login-pace.js';
import { mustAct } from './must-act.js';
import { fromOf, type Request } from './request.js';

const Password = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
const Code = Type.Object({ code: Type.String({ pattern: '^\\d{6}$' }) }, { additionalProperties: false });
/** Secrets that were shown and are not confirmed yet, by person; a restart only means to begin anew. */
const MOST_PENDING = 1_000;

/** Binding an authenticator to one's account: the secret counts only once a code of it was shown. */
@Controller('v1/me/second-factor')
@UseFilters(AsRefusal)
export class SecondFactorHttp {
  private readonly pending = new Map<string, string>();

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly login: LocalLogin,
    private readonly box: SecretBox,
    private readonly pace: LoginPace,
  ) {}

  @Post()
  @HttpCode(200)
  @NeedsLogin()
  async offer(
    @Body(new JsonBody(Password)) { password }: Static<typeof Password>,
    @Who() who: Identity,
    @SentToken() token: string,
    @Req() request: Request,
  ): Promise<object> {
    mustAct(who);
    // Whoever sits down at an open page must not bind an authenticator of theirs.
    await this.pace.watch(who.person, request, () =>
      this.login.confirm(token, { person: who.person, password }, fromOf(request)),
    );
    const row = await this.db.getRepository(PersonRow).findOneByOrFail({ id: who.person });
    if (row.totpSecret !== null)
      throw new AccessFault('已绑定；更换须由安全管理员重置 / bound already: a security administrator resets it');
    if (this.pending.size >= MOST_PENDING) this.pending.clear();
    const made = newSecret(who.person, '烽燧');
    this.pending.set(who.person, made.secret);
    return made;
  }

  @Put()
  @NeedsLogin()
  async confirm(@Body(new JsonBody(Code)) { code }: Static<typeof Code>, @Who() who: Identity): Promise<object> {
    mustAct(who);
    const secret = this.pending.get(who.person);
    if (secret === undefined) throw new AccessFault('请重新开始绑定 / begin again');
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      const step = await usedStep(secret, code, now, null);
      if (step === null) throw new AccessFault('验证码不正确 / the code is wrong');
      await tx.getRepository(PersonRow).update(
        { id: who.person },
        {
          totpSecret: this.box.close(secret, who.person),
          totpStep: step,
        },
      );
      const act = {
        actor: who.person,
        right: 'login',
        origin: who.origin,
        act: 'second-factor.bound',
        about: who.person,
      };
      await appendAudit(tx, { ...act, before: null, after: null, reason: '' }, now);
    });
    this.pending.delete(who.person);
    return { bound: true };
  }
}
