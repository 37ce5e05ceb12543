import {
  createParamDecorator,
  ForbiddenException,
  HttpException,
  Injectable,
  Logger,
  SetMetadata,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { may, Sessions, type Credential, type Identity, type Right } from '@fengsui/access';

const NEEDS = 'fengsui:needs';
type Need = Readonly<{ right: Right }> | Readonly<{ anybodyKnown: true }> | Readonly<{ open: string; json: boolean }>;

/** Only who has this right is answered. */
export const Needs = (right: Right): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, { right } satisfies Need);
/** Whoever is logged in is answered. */
export const NeedsLogin = (): MethodDecorator & ClassDecorator =>
  SetMetadata(NEEDS, { anybodyKnown: true } satisfies Need);
/**
 * Everybody is answered.
 * @param why it must be so
 * @param json what is sent must be JSON, as for everything else; false where files of the sources come in
 */
export const Open = (why: string, json = true): MethodDecorator & ClassDecorator =>
  SetMetadata(NEEDS, { open: why, json } satisfies Need);

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** What a proxy says of whom it speaks for. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** True when somebody on this machine asks, and no proxy says that it asks for somebody elsewhere. */
export const isThisMachine = ({ ip, headers }: Readonly<{ ip: string; headers: Headers }>): boolean =>
  LOOPBACK.test(ip) && FORWARDED.every((name) => headers[name] === undefined);

/** Carries the session of a page. The prefix makes a browser refuse it from another host, and over plain HTTP. */
export const SESSION_COOKIE = '__Host-fengsui';
const CSRF_HEADER = 'x-csrf-token';
const SAFE = new Set(['GET', 'HEAD']);

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Request = {
  method: string;
  ip: string;
  url: string;
  headers: Headers;
  identity?: Identity;
  credential?: Credential;
};

const single = (headers: Headers, name: string): string | undefined => [headers[name]].flat()[0];

/** The session or token that a request carries, if any. What a program sends goes before what a browser adds. */
export function credentialOf(headers: Headers): Credential | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(single(headers, 'authorization') ?? '')?.[1];
  if (bearer !== undefined) return { token: bearer, by: 'bearer' };
  const cookie = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^;]+)`).exec(single(headers, 'cookie') ?? '')?.[1];
  return cookie === undefined ? null : { token: cookie, by: 'cookie' };
}

/**
 * Who asks. A cookie is sent by the browser whatever page made it ask: what changes something needs the token that
 * only our own page knows.
 * @returns null when nobody is known
 * @throws ForbiddenException 403 without that token
 */
export async function identityOf(
  { method, ip, headers }: Omit<Request, 'url'>,
  sessions: Sessions,
): Promise<Identity | null> {
  const credential = credentialOf(headers);
  if (credential === null) return null;
  const found = await sessions.identify(credential);
  if (found === null) return null;
  const { demonstration, ...identity } = found;
  const { csrf } = identity;
  if (demonstration && !isThisMachine({ ip, headers })) return null;
  const own = csrf !== null && single(headers, CSRF_HEADER) === csrf;
  if (credential.by === 'cookie' && !SAFE.has(method) && !own)
    throw new ForbiddenException('请求未带页面令牌 / the page that sent this does not know the token of the session');
  return identity;
}

/** Lets through who may. A method that names no need is answered to nobody: forgetting it opens nothing. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly logger = new Logger('access');

  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    try {
      return await this.letsThrough(context);
    } catch (error) {
      const { method, ip, url, headers } = context.switchToHttp().getRequest<Request>();
      // A page that asks who it is before anybody logged in is no attempt at anything.
      if (
        error instanceof ForbiddenException ||
        (error instanceof UnauthorizedException && credentialOf(headers) !== null)
      )
        this.logger.warn(`${ip} ${method} ${url.slice(0, 100)}: ${error.message}`);
      throw error;
    }
  }

  private async letsThrough(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.getAllAndOverride<Need | undefined>(NEEDS, [context.getHandler(), context.getClass()]);
    if (need === undefined) throw new ForbiddenException('nobody has said who may ask this');
    const request = context.switchToHttp().getRequest<Request>();
    const type = single(request.headers, 'content-type') ?? '';
    const json = !('open' in need) || need.json;
    if (json && !SAFE.has(request.method) && !/^application\/json\b/i.test(type))
      throw new HttpException('应为 application/json / this takes application/json', 415);
    if ('open' in need) return true;
    const identity = await identityOf(request, this.sessions);
    if (identity === null) throw new UnauthorizedException('请先登录 / log in first');
    if ('right' in need && !may(identity, need.right))
      throw new ForbiddenException(
        `${identity.person} 无此权限：${need.right} / ${identity.person} may not: ${need.right}`,
      );
    if ('anybodyKnown' in need && !SAFE.has(request.method) && identity.scope !== null)
      throw new ForbiddenException('令牌不能变更账号 / a token with a scope changes nothing of an account');
    request.identity = identity;
    const credential = credentialOf(request.headers);
    if (credential === null) return true;
    request.credential = credential;
    // Whoever works is not locked while they do; looking is no act.
    if (!SAFE.has(request.method)) await this.sessions.acted(credential.token);
    return true;
  }
}

/** Who asks, as a parameter of a method that needs a right or a login. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const { identity } = context.switchToHttp().getRequest<Request>();
  if (identity === undefined) throw new UnauthorizedException('请先登录 / log in first');
  return identity;
});

/** The token that was sent, for who ends or unlocks their own session. */
export const SentToken = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return context.switchToHttp().getRequest<Request>().credential?.token ?? '';
});
