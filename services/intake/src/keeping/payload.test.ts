import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadPayload, payloadIn } from './payload.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-payload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, bytes: Buffer): string => {
  writeFileSync(path.join(folder, name), bytes);
  return path.join(folder, name);
};

it('is not unpacked when it was made to hurt, whatever the limit', async () => {
  const bomb = file('bomb.gz', gzipSync(Buffer.alloc(20_000_000), { level: 9 }));
  await expect(payloadIn(bomb)).rejects.toThrow(BadPayload);
});

it('is refused beyond the limit, packed or plain', async () => {
  const text = Buffer.from('1,2,3\n'.repeat(10_000));
  for (const one of [file('plain.csv', text), file('packed.gz', gzipSync(text))]) {
    await expect(payloadIn(one, 1_000)).rejects.toThrow(/1000 bytes/);
    expect((await payloadIn(one, 100_000)).size).toBe(text.length);
  }
});
