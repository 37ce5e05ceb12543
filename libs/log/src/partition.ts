const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * murmur2 of the key as Kafka's Java client computes it, so a key lies in the same partition whoever carries it.
 * @returns signed 32-bit hash
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let h = SEED ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i += 1) {
    const at = i * 4;
    let k = byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = words * 4;
  const left = length & 3;
  if (left === 3) h ^= byte(bytes, rest + 2) << 16;
  if (left >= 2) h ^= byte(bytes, rest + 1) << 8;
  if (left >= 1) h = Math.imul(h ^ byte(bytes, rest), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return (h ^ (h >>> 15)) | 0;
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

/** The partition of a key: same answer as Kafka's default partitioner. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
