import { describe, expect, it, jest } from '@jest/globals';
import { Logger, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Identity, Sessions } from '@fengsui/access';
import { AccessGuard, Needs, NeedsLogin, Open } from './access.js';

class Methods {
  forgotten(): void {}
  @Open('for the test')
  open(): void {}
  @Needs('read-people')
  people(): void {}
  @NeedsLogin()
  own(): void {}
}

const identity = (right: 'auditor' | 'duty-officer'): Identity & { demonstration: boolean } => ({
  person: 'liang',
  name: '梁',
  grants: [{ role: right, authority: '441800' }],
  delegations: [],
  scope: null,
  acts: true,
  secondFactor: false,
  session: 's',
  csrf: 'c',
  origin: 'test',
  demonstration: false,
});

/** Asks for a method, as somebody or as nobody. @returns `in`, or how it was refused */
async function asked(
  method: keyof Methods,
  who: Identity | null,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const sessions = { identify: async () => who, acted: async () => undefined } as unknown as Sessions;
  const request = { method: 'GET', ip: '10.0.0.9', url: `/v1/${method}?x=1`, headers };
  const context = {
    getType: () => 'http',
    getHandler: () => Methods.prototype[method],
    getClass: () => Methods,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  return new AccessGuard(new Reflector(), sessions).canActivate(context).then(
    () => 'in',
    (error: { getStatus: () => number }) => error.getStatus(),
  );
}
const bearer = { authorization: 'Bearer fst_some-token' };

describe('the guard', () => {
  it('answers a method that names no need to nobody', async () => {
    expect([await asked('forgotten', null), await asked('forgotten', identity('duty-officer'), bearer)]).toEqual([
      403, 403,
    ]);
  });

  it('answers what is open to everybody, and the rest by right', async () => {
    expect(await asked('open', null)).toBe('in');
    expect([await asked('people', null), await asked('own', null)]).toEqual([401, 401]);
    expect(await asked('people', identity('auditor'), bearer)).toBe(403);
    expect(await asked('people', identity('duty-officer'), bearer)).toBe('in');
    expect(await asked('own', identity('auditor'), bearer)).toBe('in');
  });

  it('writes down who was refused, and not whoever has not logged in yet', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await asked('people', null);
    expect(warned).not.toHaveBeenCalled();
    await asked('people', identity('auditor'), bearer);
    expect(warned).toHaveBeenLastCalledWith(expect.stringMatching(/^10\.0\.0\.9 GET \/v1\/people.*liang/));
    await asked('people', null, bearer);
    expect(warned).toHaveBeenLastCalledWith(expect.stringMatching(/^10\.0\.0\.9 GET/));
    expect(warned).toHaveBeenCalledTimes(2);
    warned.mockRestore();
  });
});
