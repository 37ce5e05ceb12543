import { describe, expect, it } from '@jest/globals';
import { turnedAway } from './guard.js';

const NAMES = ['yj.qingyuan.gov.cn'];
const asked = (method: string, headers: Record<string, string>, url = '/v1/levels') =>
  turnedAway({ method, url, headers }, NAMES)?.type ?? null;

describe('a request', () => {
  it.each([
    ['localhost:8080', null],
    ['127.0.0.1:8080', null],
    ['[::1]:8080', null],
    ['192.168.10.4', null],
    ['yj.qingyuan.gov.cn', null],
    ['YJ.Qingyuan.gov.cn:443', null],
    ['rebound.example:8080', 'wrong-host'],
    ['localhost.example', 'wrong-host'],
    ['127.0.0.1.example', 'wrong-host'],
    ['', 'wrong-host'],
  ])('for the host %s', (host, away) => expect(asked('GET', { host })).toBe(away));

  it.each([
    ['a script of this host', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }, null],
    ['a program, which names no origin', {}, null],
    ['a page of another site', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, 'foreign-page'],
    ['a page of another port', { origin: 'http://localhost:3000' }, 'foreign-page'],
    ['a sandboxed page', { origin: 'null' }, 'foreign-page'],
    ['a form, by a browser that hides the origin', { 'sec-fetch-site': 'cross-site' }, 'foreign-page'],
    ['a page of a neighbouring name', { 'sec-fetch-site': 'same-site' }, 'foreign-page'],
  ])('that writes, by %s', (_, headers, away) =>
    expect(asked('POST', { host: 'localhost:8080', ...(headers as Record<string, string>) })).toBe(away),
  );

  it('about the process itself is answered under any name', () => {
    expect(asked('GET', { host: 'response:7310' }, '/metrics')).toBeNull();
    expect(asked('GET', { host: 'response:7310' }, '/metrics/../v1/levels')).toBe('wrong-host');
  });

  it('that only reads is let through from anywhere: a page of elsewhere cannot see the answer', () =>
    expect(asked('GET', { host: 'localhost:8080', origin: 'http://evil.example' })).toBeNull());
});
