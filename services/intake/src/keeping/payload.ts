import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** What came in, to be read as often as needed and never held whole: its bytes, unpacked where they came packed. */
export type Payload = Readonly<{
  /** Of the unpacked bytes: a fact fed packed and plain has one source. */ sha256: string;
  size: number;
  open: () => AsyncIterable<Buffer> | Iterable<Buffer>;
}>;

/** An input that is refused before it is read: too large, or not what it says. */
export class BadPayload extends Error {
  constructor(
    readonly kind: 'too-large' | 'unreadable',
    message: string,
  ) {
    super(message);
  }
}

const CHUNK_BYTES = 1 << 18;
/** A CSV shrinks to a twentieth; what grows more than this is made to hurt. */
const MAX_RATIO = 200;
/** Below this a ratio says nothing. */
const RATIO_FROM_BYTES = 10_000_000;
const GZIP = Buffer.from([0x1f, 0x8b]);
/** Smaller bodies stay in memory, larger ones go to a file until they have come whole. */
const IN_MEMORY_BYTES = 4_000_000;

const isGzip = (bytes: Buffer): boolean => bytes.subarray(0, 2).equals(GZIP);

export async function payloadOf(bytes: Buffer, limit = Number.MAX_SAFE_INTEGER): Promise<Payload> {
  if (!isGzip(bytes)) return { sha256: hashOf(bytes), size: bytes.length, open: () => [bytes] };
  return measured(() => unpacked(readableOf(bytes), bytes.length, limit));
}

/**
 * A file, packed with gzip or plain. @throws BadPayload when unpacking it would fill the disk or the memory, or it is
 * broken
 */
export async function payloadIn(file: string, limit = Number.MAX_SAFE_INTEGER): Promise<Payload> {
  const handle = await open(file);
  const head = Buffer.alloc(2);
  await handle.read(head, 0, 2, 0);
  const { size } = await handle.stat();
  await handle.close();
  if (size > limit) throw tooLarge(limit);
  const plain = (): Readable => createReadStream(file, { highWaterMark: CHUNK_BYTES });
  return measured(isGzip(head) ? () => unpacked(plain(), size, limit) : plain);
}

/**
 * A body that comes in over a network: kept until it is whole, because half of it is a failed transfer and no input.
 */
export type Spooled = Readonly<{ payload: Payload; dispose: () => Promise<void> }>;

/**
 * @param folder where large bodies wait; on the same disk as the database, so that a full disk shows here first
 * @param limit bytes, unpacked
 * @throws BadPayload too-large, unreadable
 */
export async function spool(body: AsyncIterable<Buffer>, folder: string, limit: number): Promise<Spooled> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    return await spooledFrom(chunks, folder, limit);
  } finally {
    await chunks.return?.(); // whoever hands it on lets go of it, however it ended
  }
}

async function spooledFrom(chunks: AsyncIterator<Buffer>, folder: string, limit: number): Promise<Spooled> {
  const held: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return { payload: await payloadOf(Buffer.concat(held), limit), dispose: async () => undefined };
    held.push(value);
    size += value.length;
    if (size > limit) throw tooLarge(limit);
    if (size > IN_MEMORY_BYTES) break;
  }
  const own = await mkdtemp(path.join(folder, 'body-'));
  const dispose = (): Promise<void> => rm(own, { recursive: true, force: true });
  const file = path.join(own, 'body');
  try {
    await pipeline(async function* () {
      yield* held.splice(0);
      for (;;) {
        const { done, value } = await chunks.next();
        if (done === true) return;
        size += value.length;
        if (size > limit) throw tooLarge(limit);
        yield value;
      }
    }, createWriteStream(file));
    return { payload: await payloadIn(file, limit), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const tooLarge = (limit: number): BadPayload => new BadPayload('too-large', `more than ${limit} bytes`);

async function measured(open: () => AsyncIterable<Buffer>): Promise<Payload> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of open()) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size, open };
}

/** Unpacks with a bound on how much comes out. @throws BadPayload */
async function* unpacked(packed: Readable, packedSize: number, limit: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // What goes wrong on the way comes out of the iteration below.
  pipeline(packed, gunzip).catch(() => undefined);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (size > RATIO_FROM_BYTES && size > packedSize * MAX_RATIO)
        throw new BadPayload('too-large', `unpacks to more than ${MAX_RATIO} times its size`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof BadPayload) throw error;
    throw new BadPayload('unreadable', `gzip cannot be unpacked: ${(error as Error).message}`);
  }
}

const readableOf = (bytes: Buffer): Readable => Readable.from([bytes]);
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** All bytes of an input at once: for what is bounded. */
export async function wholeOf({ open }: Pick<Payload, 'open'>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of open()) pieces.push(piece);
  return Buffer.concat(pieces);
}
