import * as zlib from 'node:zlib';
import kafkajs from 'kafkajs';
// @ts-expect-error it brings no types, and the client's registry takes it as it is
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';

/** A batch that this runtime cannot read. Reading it again helps nobody. */
class CodecMissing extends Error {}

/** Whether batches compressed with zstd can be read here: Node.js has it from 22.15 on. */
export const readsZstd = 'zstdDecompressSync' in zlib;

/** @returns the error about a codec that this one comes from, or null */
export function missingCodec(error: unknown): Error | null {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof CodecMissing) return one;
  return null;
}

let registered = false;

/**
 * The client has gzip only and dies on everything else. zstd comes with the runtime from Node.js 22.15 on; before, it
 * says so.
 */
export function registerCodecs(): void {
  if (registered) return;
  registered = true;
  const { CompressionTypes, CompressionCodecs } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = snappy as never;
  CompressionCodecs[CompressionTypes.LZ4] = (() => ({
    compress: ({ buffer }: { buffer: Buffer }) => compressFrame(buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  })) as never;
  const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as Record<
    string,
    ((buffer: Buffer) => Buffer) | undefined
  >;
  CompressionCodecs[CompressionTypes.ZSTD] = (() => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstd(zstdCompressSync, buffer),
    decompress: async (buffer: Buffer) => zstd(zstdDecompressSync, buffer),
  })) as never;
}

function zstd(codec: ((buffer: Buffer) => Buffer) | undefined, buffer: Buffer): Buffer {
  if (codec === undefined)
    throw new CodecMissing(
      `a batch compressed with zstd, which Node.js ${process.versions.node} cannot read: run Node.js 22.15 or later, or let the producer use lz4`,
    );
  return codec(buffer);
}
