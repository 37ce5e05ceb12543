import { isIP } from 'node:net';
import { AccessFault, PersonRow } from '@fengsui/access';
import type { Settings } from '@fengsui/settings';
import { Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import * as oidc from 'openid-client';
import { DataSource } from 'typeorm';

/** What is remembered between sending somebody to the provider and their coming back. */
type Attempt = Readonly<{ verifier: string; nonce: string; beganMs: number }>;

/** Longer than anybody takes to log in there. */
const ATTEMPT_MS = 10 * 60_000;
const MOST_ATTEMPTS = 10_000;

/** As long as a session of ours lasts. */
const SESSION_SECONDS = 12 * 3_600;

/** Why the identity provider did not let somebody in, for the page. */
export class ProviderRefusal extends Error {}

/** Settings of the identity provider, and where people reach this installation. */
export type ProviderSettings = Pick<
  Settings,
  'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'FENGSUI_PUBLIC_URL'
>;

/**
 * The bureau's identity provider over OpenID Connect: authorisation code with PKCE. Attempts are kept in memory: a
 * restart only means to begin anew.
 */
@Injectable()
export class Provider {
  private readonly logger = new Logger('login');
  private readonly attempts = new Map<string, Attempt>();
  private discovered: Promise<oidc.Configuration> | null = null;

  constructor(
    private readonly settings: ProviderSettings,
    private readonly db: DataSource,
  ) {}

  get configured(): boolean {
    return this.settings.OIDC_ISSUER !== undefined;
  }

  /** How a subject of the provider is entered. @throws AccessFault when there is no provider */
  identityOf(subject: string | undefined): Readonly<{ issuer: string; subject: string }> | null {
    if (subject === undefined) return null;
    const { OIDC_ISSUER: issuer } = this.settings;
    if (issuer === undefined) throw new AccessFault('未配置统一身份认证 / OIDC_ISSUER is not set');
    return { issuer, subject };
  }

  /** @returns where to send the browser, and what it must bring back in its own cookie */
  async begin(): Promise<Readonly<{ url: string; state: string }>> {
    const config = await this.config().catch((error: unknown) => {
      this.logger.error(`the identity provider does not answer: ${String((error as Error)?.message ?? error)}`);
      throw new ServiceUnavailableException('统一身份认证暂不可用 / the identity provider does not answer');
    });
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    this.forgetOld();
    this.attempts.set(state, { verifier, nonce, beganMs: performance.now() });
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: this.redirect,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      max_age: String(SESSION_SECONDS),
    });
    return { url: url.href, state };
  }

  /**
   * Who came back. @param query of the callback @param state from the browser's own cookie: an answer that somebody
   * else began is none
   * @throws ProviderRefusal
   */
  async finish(query: string, state: string | undefined): Promise<Readonly<{ person: PersonRow; factors: boolean }>> {
    const attempt = state === undefined ? undefined : this.attempts.get(state);
    if (state === undefined || attempt === undefined || performance.now() - attempt.beganMs > ATTEMPT_MS)
      throw new ProviderRefusal('登录已过期，请重新开始 / the login took too long, or was not begun here');
    this.attempts.delete(state);
    const claims = await this.claims(query, state, attempt);
    const { OIDC_ISSUER: oidcIssuer = '' } = this.settings;
    const person = await this.db.getRepository(PersonRow).findOneBy({ oidcIssuer, oidcSubject: claims.sub });
    if (person === null || person.disabledAt !== null) {
      this.logger.warn(`the provider vouches for ${claims.sub}, who is nobody here`);
      throw new ProviderRefusal(`统一身份 ${claims.sub} 未登记，请联系安全管理员 / ${claims.sub} is nobody here`);
    }
    const amr = Array.isArray(claims['amr']) ? claims['amr'] : [];
    return { person, factors: amr.includes('mfa') || amr.length > 1 };
  }

  private async claims(query: string, state: string, attempt: Attempt): Promise<oidc.IDToken> {
    try {
      const tokens = await oidc.authorizationCodeGrant(await this.config(), new URL(`${this.redirect}?${query}`), {
        pkceCodeVerifier: attempt.verifier,
        expectedState: state,
        expectedNonce: attempt.nonce,
        // Who logged in there longer ago than a session of ours lasts does it again.
        maxAge: SESSION_SECONDS,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('no ID token');
      return claims;
    } catch (error) {
      this.logger.warn(`the provider's answer was refused: ${String((error as Error).message)}`);
      throw new ProviderRefusal('统一身份认证未通过 / the identity provider did not let you in');
    }
  }

  private get redirect(): string {
    return `${this.settings.FENGSUI_PUBLIC_URL ?? ''}/login/provider/callback`;
  }

  /** The provider may come up later than we do: what failed is asked again. */
  private config(): Promise<oidc.Configuration> {
    const { OIDC_ISSUER = '', OIDC_CLIENT_ID = '', OIDC_CLIENT_SECRET } = this.settings;
    const issuer = new URL(OIDC_ISSUER);
    const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
    this.discovered ??= oidc
      .discovery(issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, undefined, {
        // Who signed the ID token is checked, too, not only who was asked for it.
        execute: [oidc.enableNonRepudiationChecks, ...(plain ? [oidc.allowInsecureRequests] : [])],
      })
      .catch((error: unknown) => {
        this.discovered = null;
        throw error;
      });
    return this.discovered;
  }

  private forgetOld(): void {
    const nowMs = performance.now();
    for (const [state, { beganMs }] of this.attempts)
      if (nowMs - beganMs > ATTEMPT_MS || this.attempts.size >= MOST_ATTEMPTS) this.attempts.delete(state);
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.'));
