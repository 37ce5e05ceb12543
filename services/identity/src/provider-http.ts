import { Sessions } from '@fengsui/access';
import { credentialOf, Open } from '@fengsui/service';
import { Controller, ForbiddenException, Get, HttpCode, NotFoundException, Req, Res } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PAGE_HEADERS, pageHtml } from './pages.js';
import { Provider, ProviderRefusal } from './provider.js';
import { fromOf, type Reply, type Request } from './request.js';
import { sessionCookie } from './session-http.js';

/** Carries the attempt in the browser that began it; `Lax`, because it is the provider's page that leads back. */
const ATTEMPT_COOKIE = '__Host-fengsui-login';

const OWN_SITE = new Set(['none', 'same-origin']);

/** Login by the bureau's identity provider. */
@Controller('login/provider')
@Open('whoever logs in is not known yet')
export class ProviderHttp {
  constructor(
    private readonly provider: Provider,
    private readonly sessions: Sessions,
    private readonly db: DataSource,
  ) {}

  @Get()
  async begin(@Req() request: Request, @Res() reply: Reply): Promise<void> {
    // A page of elsewhere logs nobody in here.
    const site = [request.headers['sec-fetch-site']].flat()[0] ?? 'none';
    if (!OWN_SITE.has(site)) throw new ForbiddenException('begin at our own page');
    if (!this.provider.configured) throw new NotFoundException('OIDC_ISSUER is not set');
    const { url, state } = await this.provider.begin();
    const attempt = `${ATTEMPT_COOKIE}=${state}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600`;
    reply.status(302).header('set-cookie', attempt).header('location', url).send('');
  }

  /** Whether there is a provider to log in by: 204, or 404. */
  @Get('known')
  @HttpCode(204)
  known(): void {
    if (!this.provider.configured) throw new NotFoundException('OIDC_ISSUER is not set');
  }

  /**
   * The page itself answers, not a redirect: a strict cookie would not be sent along a way that began at the provider.
   */
  @Get('callback')
  async finish(@Req() request: Request & Readonly<{ url: string }>, @Res() reply: Reply): Promise<void> {
    const cookie = [request.headers['cookie']].flat()[0] ?? '';
    const state = new RegExp(`(?:^|;\\s*)${ATTEMPT_COOKIE}=([^;]+)`).exec(cookie)?.[1];
    const query = request.url.slice(request.url.indexOf('?') + 1);
    for (const [name, value] of Object.entries(PAGE_HEADERS)) reply.header(name, value);
    try {
      const { person, factors } = await this.provider.finish(query, state);
      const before = credentialOf(request.headers);
      if (before?.by === 'cookie') await this.sessions.replaced(before.token);
      const began = await this.db.transaction((tx) => this.sessions.begin(tx, person, fromOf(request), factors));
      const gone = `${ATTEMPT_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`;
      reply.header('set-cookie', [sessionCookie(began.token), gone]).send(pageHtml(null));
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      reply.status(403).send(pageHtml(error.message));
    }
  }
}
