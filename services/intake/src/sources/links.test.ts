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
