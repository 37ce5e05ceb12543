import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import { Provider, ProviderRefusal } from './provider.js';

/** A provider that answers as it is told to: what a real one would never say. */
let server: Server;
let issuer: string;
let idToken: (nonce: string) => string;
let nonce = '';
const [own, another] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object, key: KeyObject | undefined, header: object = { alg: 'RS256', kid: 'k' }): string => {
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${key === undefined ? '' : sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};
/** As if the secret of the client were a key of the provider. */
function hmacToken(said: object): string {
  const text = `${encoded({ alg: 'HS256' })}.${encoded(said)}`;
  return `${text}.${createHmac('sha256', 's').update(text).digest('base64url')}`;
}
const claims = (more: object = {}): object => {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, sub: 'gov-000123', aud: 'fengsui', nonce, iat: now, exp: now + 60, auth_time: now, ...more };
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const said = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
      '/jwks': { keys: [{ ...own?.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] },
      '/token': { access_token: 'a', token_type: 'Bearer', id_token: idToken(nonce) },
    }[new URL(request.url ?? '/', issuer).pathname];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(said ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Somebody goes there and comes back with a code. @returns who they are, or how they were refused */
async function through(answer: () => string): Promise<string> {
  idToken = answer;
  const people = {
    findOneBy: async ({ oidcSubject }: { oidcSubject: string }) => ({ id: oidcSubject, disabledAt: null }),
  };
  const provider = new Provider(
    {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'fengsui',
      OIDC_CLIENT_SECRET: 's',
      FENGSUI_PUBLIC_URL: 'http://127.0.0.1:1',
    },
    { getRepository: () => people } as unknown as DataSource,
  );
  const { url, state } = await provider.begin();
  nonce = new URL(url).searchParams.get('nonce') ?? '';
  return provider.finish(`code=c&state=${state}`, state).then(
    ({ person }) => person.id,
    (error: unknown) => (error instanceof ProviderRefusal ? 'refused' : String(error)),
  );
}

it('believes what the provider signed', async () => {
  expect(await through(() => token(claims(), own?.privateKey))).toBe('gov-000123');
});

it.each([
  ['that somebody else signed', () => token(claims(), another?.privateKey)],
  ['that nobody signed', () => token(claims(), undefined, { alg: 'none' })],
  ['for another client', () => token(claims({ aud: 'other' }), own?.privateKey)],
  ['of another issuer', () => token(claims({ iss: 'https://elsewhere.example' }), own?.privateKey)],
  ['of another attempt', () => token(claims({ nonce: 'other' }), own?.privateKey)],
  ['of a login of long ago', () => token(claims({ auth_time: 1_000 }), own?.privateKey)],
  ['that our own secret signed', () => hmacToken(claims())],
  ['that has ended', () => token(claims({ iat: 1_000, exp: 2_000 }), own?.privateKey)],
])('believes no token %s', async (_, answer) => {
  expect(await through(answer)).toBe('refused');
});
