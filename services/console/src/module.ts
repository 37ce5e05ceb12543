import { existsSync, readFileSync } from 'node:fs';
import { Open, PAGE_POLICY } from '@fengsui/service';
import { Controller, Get, Header, Module, NotFoundException } from '@nestjs/common';

const file = (place: string): URL => new URL(place, import.meta.url);
const read = (name: string): string => readFileSync(file(`../page/${name}`), 'utf8');
const PAGES = {
  duty: { html: read('index.html'), css: read('duty.css'), js: read('duty.js') },
  docs: { html: read('docs.html'), css: read('docs.css'), js: read('docs.js') },
};
/** Generated from the contracts and the controllers by `npm run generate`. */
const OPENAPI = file('../../../docs/openapi.json');

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const JS = 'text/javascript; charset=utf-8';
/** The duty page: levels, what needs someone, tasks, fires and calls, read through the services' query APIs. */
@Controller()
@Open('pages without data: what they show they ask for, logged in')
class DutyPage {
  @Get()
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  page(): string {
    return PAGES.duty.html;
  }

  @Get('duty.css')
  @Header('content-type', CSS)
  style(): string {
    return PAGES.duty.css;
  }

  @Get('duty.js')
  @Header('content-type', JS)
  script(): string {
    return PAGES.duty.js;
  }
}

/** What the doors take and the query API answers: as OpenAPI, and as a page that needs no other address. */
@Controller()
@Open('says what can be asked, and nothing of anybody')
class ApiDocuments {
  @Get('docs')
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  docs(): string {
    return PAGES.docs.html;
  }

  @Get('docs.css')
  @Header('content-type', CSS)
  style(): string {
    return PAGES.docs.css;
  }

  @Get('docs.js')
  @Header('content-type', JS)
  script(): string {
    return PAGES.docs.js;
  }

  @Get('v1/openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openApi(): string {
    if (!existsSync(OPENAPI)) throw new NotFoundException('docs/openapi.json is not installed');
    return readFileSync(OPENAPI, 'utf8');
  }
}

@Module({ controllers: [DutyPage, ApiDocuments] })
export class ConsoleModule {}
