import type { Readable } from 'node:stream';
import { BadRequestException, PayloadTooLargeException, type PipeTransform } from '@nestjs/common';
import type { Static, TSchema } from 'typebox';
import { Errors } from 'typebox/value';

/** Nothing that a person fills in is longer. */
const MOST_BYTES = 64_000;

/** Reads what was sent as JSON and holds it against a schema. @throws 400 naming the place, 413 */
export class JsonBody<T extends TSchema> implements PipeTransform<unknown, Promise<Static<T>>> {
  constructor(private readonly schema: T) {}

  async transform(body: unknown): Promise<Static<T>> {
    const value = parsed(await textOf(body as Readable | null | undefined));
    const faults = [...Errors(this.schema, value)].map(
      ({ instancePath, message }) => `${instancePath || '/'}: ${message}`,
    );
    if (faults.length > 0) throw new BadRequestException(faults.slice(0, 5).join('; '));
    return value as Static<T>;
  }
}

async function textOf(body: Readable | null | undefined): Promise<string> {
  if (body === null || body === undefined) return '';
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    bytes += (piece as Buffer).length;
    if (bytes > MOST_BYTES) break;
    pieces.push(Buffer.from(piece as Buffer));
  }
  if (bytes > MOST_BYTES) {
    // What still comes runs out, once nobody iterates any more: the next request on this connection waits behind it.
    body.resume();
    throw new PayloadTooLargeException(`at most ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => {
      if (typeof value === 'string' && /\p{Surrogate}|\0/u.test(value)) throw new SyntaxError('no text');
      return value;
    });
  } catch {
    throw new BadRequestException('不是 JSON / this is no JSON');
  }
}
