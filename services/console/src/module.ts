import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Module } from '@nestjs/common';

const page = readFileSync(new URL('../page/index.html', import.meta.url), 'utf8');

/** The duty page: levels, what needs someone, tasks, fires and calls, read through the services' query APIs. */
@Controller()
class DutyPage {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
  page(): string {
    return page;
  }
}

@Module({ controllers: [DutyPage] })
export class ConsoleModule {}
