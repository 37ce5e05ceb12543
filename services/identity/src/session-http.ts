import { LocalLogin, useLink, Sessions, type Identity, type SessionView } from '@fengsui/access';
import { Clock, type Tx } from '@fengsui/database';
import {
  credentialOf,
  isThisMachine,
  JsonBody,
  NeedsLogin,
  Open,
  Question,
  SentToken,
  SESSION_COOKIE,
  Who,
} from '@fengsui/service';
import { Body, Controller, Delete, HttpCode, Param, Post, Put, Req, Res, UseFilters } from '@nestjs/common';
import { Type, type Static } from 'typebox';
import { DataSource } from 'typeorm';
import { AsRefusal } from './as-refusal.js';
import { LoginPace } from './login-pace.js';
import { mustAct } from './must-act.js';
import { fromOf, type Reply, type Request } from './request.js';
import { MeView, SessionShape } from './views.js';
import { becomeFirst, FirstAdministrator } from './first-administrator.js';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const strict = { additionalProperties: false };
const Login = Type.Object(
  { person: text(60), password: text(200), code: Type.Optional(Type.String({ maxLength: 10 })) },
  strict,
);
const Unlock = Type.Object({ password: text(200), code: Type.Optional(Type.String({ maxLength: 10 })) }, strict);
const Change = Type.Object(
  { before: text(200), password: text(200), code: Type.Optional(Type.String({ maxLength: 10 })) },
  strict,
);
const NewPassword = Type.Object({ token: text(100), password: text(200) }, strict);

/** Logging in and out, and what is open in one's name. */
@Controller('v1')
@UseFilters(AsRefusal)
export class SessionHttp {
  constructor(
    private readonly login: LocalLogin,
    private readonly sessions: Sessions,
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly pace: LoginPace,
  ) {}

  @Post('session')
  @HttpCode(200)
  @Open('whoever logs in is not known yet')
  async begin(
    @Body(new JsonBody(Login)) shown: Static<typeof Login>,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<object> {
    const began = await this.pace.watch(shown.person, request, () =>
      this.login.login(shown, fromOf(request), isThisMachine(request)),
    );
    // Whoever logs in leaves what was open in this browser.
    const before = credentialOf(request.headers);
    if (before?.by === 'cookie') await this.sessions.replaced(before.token);
    reply.header('set-cookie', sessionCookie(began.token));
    return { csrf: began.csrf, endsAt: began.endsAt };
  }

  /** The second factor again: a session that only watched acts for another fifteen minutes. */
  @Post('session/unlock')
  @HttpCode(200)
  @NeedsLogin()
  async unlock(
    @Body(new JsonBody(Unlock)) shown: Static<typeof Unlock>,
    @Who() who: Identity,
    @SentToken() token: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<object> {
    const began = await this.pace.watch(who.person, request, () =>
      this.login.unlock(token, { ...shown, person: who.person }, fromOf(request)),
    );
    reply.header('set-cookie', sessionCookie(began.token));
    return { acts: true, csrf: began.csrf };
  }

  @Delete('session')
  @NeedsLogin()
  async end(
    @Who() who: Identity,
    @SentToken() token: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<object> {
    await this.sessions.end(token, who);
    leave(reply);
    return { ended: 1 };
  }

  /** Signs out everywhere, with every token. */
  @Delete('sessions')
  @NeedsLogin()
  async endAll(@Who() who: Identity, @Res({ passthrough: true }) reply: Reply): Promise<object> {
    const ended = await this.sessions.endAll(who);
    leave(reply);
    return { ended };
  }

  /** Ends one session of one's own: another browser, a token. */
  @Delete('sessions/:session')
  @NeedsLogin()
  async endOne(@Param('session') session: string, @Who() who: Identity): Promise<object> {
    mustAct(who);
    return { ended: await this.sessions.endOne(who, session) };
  }

  /** Another password, by who knows the one before: every other session of theirs ends. */
  @Put('me/password')
  @NeedsLogin()
  async change(
    @Body(new JsonBody(Change)) { before, password, code }: Static<typeof Change>,
    @Who() who: Identity,
    @SentToken() token: string,
    @Req() request: Request,
  ): Promise<object> {
    mustAct(who);
    await this.pace.watch(who.person, request, () =>
      this.login.change({ token, who, password }, { person: who.person, password: before, code }, fromOf(request)),
    );
    return { changed: true };
  }

  @Question('me', 'who is logged in, and what they may do', MeView, {}, 'login')
  me(@Who() who: Identity): MeView {
    const { person, name, acts, session, csrf } = who;
    const grants = [...who.grants];
    const speaksFor = who.delegations.map(({ principal }) => principal);
    return { person, name, roles: grants, acts, session, speaksFor, csrf };
  }

  @Question('me/sessions', 'what is open in one’s name', Type.Array(SessionShape), {}, 'login')
  async mine(@Who() who: Identity): Promise<readonly SessionView[]> {
    return this.sessions.of(who.person);
  }

  /** Sets a password by a link that works once. The link of the first start makes the first administrator. */
  @Post('password')
  @HttpCode(200)
  @Open('the link in the body is what proves it')
  async password(
    @Body(new JsonBody(NewPassword)) given: Static<typeof NewPassword>,
    @Req() request: Request,
  ): Promise<object> {
    return this.byLink(request, async (tx) => {
      const now = await this.clock.now(tx);
      const link = await useLink(tx, given.token, 'password', now);
      await this.login.setPassword(tx, link.person ?? '', given.password);
      return { person: link.person };
    });
  }

  @Post('first-administrator')
  @HttpCode(200)
  @Open('the link in the body is what proves it, and works once')
  async first(
    @Body(new JsonBody(FirstAdministrator)) given: Static<typeof FirstAdministrator>,
    @Req() request: Request,
  ): Promise<object> {
    return this.byLink(request, async (tx) => becomeFirst(tx, given, this.login, await this.clock.now(tx)));
  }

  private byLink<T>(request: Request, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.pace.watch('a link', request, () => this.db.transaction(work));
  }
}

/** Nothing of what was seen stays in the browser. */
function leave(reply: Reply): void {
  reply.header('set-cookie', sessionCookie('')).header('clear-site-data', '"cache", "cookies", "storage"');
}

/** Not readable by a script, not sent along by any other site, gone with the browser. */
export const sessionCookie = (token: string): string =>
  `${SESSION_COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict${token === '' ? '; Max-Age=0' : ''}`;
