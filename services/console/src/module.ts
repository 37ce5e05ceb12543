import { existsSync, readFileSync } from 'node:fs';
import { Controller, Get, Header, Module, NotFoundException } from '@nestjs/common';

const file = (place: string): URL => new URL(place, import.meta.url);
const page = readFileSync(file('../page/index.html'), 'utf8');
const docs = readFileSync(file('../page/docs.html'), 'utf8');
/** Generated from the contracts and the controllers by `npm run generate`. */
const OPENAPI = file('../../../docs/openapi.json');

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** The duty page: levels, what needs someone, tasks, fires and calls, read through the services' query APIs. */
@Controller()
class DutyPage {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  page(): string {
    return page;
  }
}

/** What the doors take and the query API answers: as OpenAPI, and as a page that needs no other address. */
@Controller()
class ApiDocuments {
  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  docs(): string {
    return docs;
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
