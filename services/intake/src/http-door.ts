import { Controller, HttpException, Inject, Post, Req, type RawBodyRequest } from '@nestjs/common';
import type { ObservedEvent } from '@fengsui/contracts';
import { READERS } from './readers/index.js';
import { contractJson } from './readers/contract-json.js';
import type { Reader } from './readers/reader.js';
import { Receiving, type Receipt } from './receive.js';

/** What a door may carry: `POST /v1/warnings` and so on. */
const DOORS = {
  warnings: 'weather-warning.v1',
  readings: 'reading.v1',
  forecasts: 'flood-forecast.v1',
  hotspots: 'hotspot.v1',
  reports: 'public-report.v1',
  incidents: 'incident.v1',
  records: 'work-record.v1',
  orders: 'order.v1',
} as const satisfies Record<string, ObservedEvent['type']>;

/** RFC 9457. */
type Problem = Readonly<{ type: string; title: string; status: number; detail: string }>;

type Body = RawBodyRequest<{ ip: string; body: unknown; headers: Record<string, string | string[] | undefined> }>;

/** One object, an array, NDJSON, or a source format, in the body; the answer counts what became of each record. */
@Controller('v1')
export class HttpDoor {
  constructor(@Inject(Receiving) private readonly receiving: Receiving) {}

  @Post('warnings') warnings(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'warnings');
  }
  @Post('readings') readings(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'readings');
  }
  @Post('forecasts') forecasts(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'forecasts');
  }
  @Post('hotspots') hotspots(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'hotspots');
  }
  @Post('reports') reports(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'reports');
  }
  @Post('incidents') incidents(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'incidents');
  }
  @Post('records') records(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'records');
  }
  @Post('orders') orders(@Req() request: Body): Promise<Receipt> {
    return this.take(request, 'orders');
  }

  private async take(request: Body, door: keyof typeof DOORS): Promise<Receipt> {
    const bytes = request.body;
    if (!Buffer.isBuffer(bytes) || bytes.length === 0)
      throw problem(400, 'empty-body', 'the body is empty', 'one object, an array, NDJSON, or a file of a source format');
    const receipt = await this.receiving.receive({
      bytes,
      door: 'http',
      name: `POST /v1/${door}`,
      actor: `http:${request.ip}`,
      readers: readersFor(DOORS[door]),
    });
    if ('skipped' in receipt) throw problem(415, 'unknown-format', 'the body is in no format that this door takes', receipt.skipped);
    if (receipt.records > 0 && receipt.refused === receipt.records)
      throw new HttpException({ ...problemOf(422, 'refused', 'every record was refused', `${receipt.refused} refused`), ...receipt }, 422);
    return receipt;
  }
}

/** Only formats that can hold the door's contract, and contract JSON of that type alone. */
function readersFor(type: ObservedEvent['type']): readonly Reader[] {
  const formats: Partial<Record<ObservedEvent['type'], string>> = {
    'weather-warning.v1': 'cap-1.2',
    'hotspot.v1': 'firms-csv',
    'reading.v1': 'readings-csv',
  };
  return [...READERS.filter(({ format }) => format === formats[type]), contractJson(type)];
}

const problemOf = (status: number, code: string, title: string, detail: string): Problem => ({
  type: `urn:fengsui:problem:${code}`,
  title,
  status,
  detail,
});
const problem = (status: number, code: string, title: string, detail: string): HttpException =>
  new HttpException(problemOf(status, code, title, detail), status);
