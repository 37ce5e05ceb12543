import type { IncomingMessage, ServerResponse } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

/**
 * A real OpenID provider with one client, whose pages ask for a name and take any: the person is who they say.
 * @param issuer where it listens @param callback where our client waits
 */
export function providerAt(issuer: string, callback: string): (req: IncomingMessage, res: ServerResponse) => void {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'fengsui',
        client_secret: 'a secret of the client',
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: {
      keys: [
        { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), alg: 'RS256' },
      ],
    },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  return provider.callback();
}
