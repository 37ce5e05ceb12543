import { expect, it } from '@jest/globals';
import { linksIn } from './links.js';

const atom = (...links: readonly string[]): Buffer =>
  Buffer.from(
    `<feed xmlns="http://www.w3.org/2005/Atom">${links.map((href) => `<entry><link href="${href}"/></entry>`).join('')}</feed>`,
  );

it('follows addresses of the web alone, relative ones from where the index lies', () => {
  const found = linksIn(
    atom('alert.xml', 'https://b.example/2', 'javascript:alert(1)', 'file:///etc/passwd', 'data:,x'),
    'http://a.example/x/',
  );
  expect(found?.map(({ address }) => address)).toEqual(['http://a.example/x/alert.xml', 'https://b.example/2']);
});

it('finds none in what is no index', () => {
  expect(linksIn(Buffer.from('<html/>'), 'http://a.example/')).toBeNull();
  expect(linksIn(Buffer.from('half <'), 'http://a.example/')).toBeNull();
});

it('takes of several links of an entry the one to an alert, and no page for people', () => {
  const entry = (...links: readonly string[]): Buffer =>
    Buffer.from(`<feed xmlns="http://www.w3.org/2005/Atom"><entry>${links.join('')}</entry></feed>`);
  const page = '<link type="text/html" href="page.html"/>';
  const of = (...links: readonly string[]): (string | undefined)[] => [
    linksIn(entry(...links), 'http://a/')?.[0]?.address,
  ];
  expect(of(page, '<link type="application/cap+xml" href="a.xml"/>')).toEqual(['http://a/a.xml']);
  expect(of('<link href="self.atom"/>', '<link type="application/cap+xml; charset=utf-8" href="a.xml"/>')).toEqual([
    'http://a/a.xml',
  ]);
  expect(of(page, '<link href="b.xml"/>')).toEqual(['http://a/b.xml']);
  expect(of(page)).toEqual(['http://a/page.html']);
});
