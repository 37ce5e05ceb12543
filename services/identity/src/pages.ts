import { readFileSync } from 'node:fs';
import { escaped, Open, PAGE_POLICY } from '@fengsui/service';
import { Controller, Get, Header } from '@nestjs/common';

const read = (name: string): string => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
const PAGE = { html: read('account.html'), css: read('account.css'), js: read('account.js') };
/** What the page is sent with. */
export const PAGE_HEADERS = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };

/** The page, with something to say at its top or nothing. */
export const pageHtml = (said: string | null): string =>
  said === null
    ? PAGE.html
    : PAGE.html.replace(/(<p id="said"[^>]*)>/, (_whole, begins: string) => `${begins} class="bad">${escaped(said)}`);

/**
 * The plain page to log in, see one's sessions, and keep people and roles.
 * It holds no data: the API asks who it is.
 */
@Controller()
@Open('a page without data: what it shows it asks for, logged in')
export class IdentityPages {
  @Get('account')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  page(): string {
    return pageHtml(null);
  }

  @Get('account.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return PAGE.css;
  }

  @Get('account.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return PAGE.js;
  }
}
