import type { Authenticator, AuthenticationProviderArgs, Mechanism } from 'kafkajs';
// @ts-expect-error the client's own ways of signing on, which have no types
import plain from 'kafkajs/src/broker/saslAuthenticator/plain.js';
// @ts-expect-error as above
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
// @ts-expect-error as above
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';

type Provider = (sasl: Readonly<{ username: string; password: string }>) => Mechanism['authenticationProvider'];

const PROVIDERS: Readonly<Record<string, Provider>> = {
  plain: plain as Provider,
  'scram-sha-256': scram256 as Provider,
  'scram-sha-512': scram512 as Provider,
};

/**
 * Signing on by the client's own mechanism, with one difference: a connection that is cut meanwhile is a cut
 * connection. The client calls it a refused password, which it never tries again and which ends a process; a broker
 * that is just starting cuts connections. A password that the broker refuses is refused as before.
 * @param mechanism `plain`, `scram-sha-256` or `scram-sha-512`
 */
export function signingOn(mechanism: string, username: string, password: string): Mechanism {
  const provider = PROVIDERS[mechanism];
  if (provider === undefined) throw new Error(`${mechanism} is no mechanism that signs on with a password`);
  const own = provider({ username, password });
  return { mechanism, authenticationProvider: (asked) => tellingCutsApart(own, asked) };
}

function tellingCutsApart(own: Mechanism['authenticationProvider'], asked: AuthenticationProviderArgs): Authenticator {
  let cut: unknown;
  const authenticator = own({
    ...asked,
    saslAuthenticate: async (exchange) => {
      try {
        return await asked.saslAuthenticate(exchange);
      } catch (error) {
        if (error instanceof Error && 'retriable' in error && error.retriable === true) cut = error;
        throw error;
      }
    },
  });
  return {
    authenticate: async () => {
      try {
        await authenticator.authenticate();
      } catch (error) {
        throw cut ?? error;
      }
    },
  };
}
