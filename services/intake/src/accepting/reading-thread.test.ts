import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { payloadOf } from '../keeping/payload.js';
import type { CheckedRecord } from './checking.js';
import { alertOf as alert, PLAN } from './reading-for-tests.js';
import { ReadingThread } from './reading-thread.js';
import { readInput } from './reading.js';

let thread: ReadingThread;
beforeAll(() => {
  thread = new ReadingThread(PLAN.rules);
});
afterAll(() => thread.onApplicationShutdown());

const read = async (text: string, by?: ReadingThread): Promise<CheckedRecord[]> => {
  const opened = await readInput(await payloadOf(Buffer.from(text)), PLAN.readers, { thread: by });
  if ('skipped' in opened) throw new Error(opened.skipped);
  const records: CheckedRecord[] = [];
  for await (const some of opened.records) records.push(...some);
  return records;
};

it.each([
  ['an alert', alert(10_000)],
  [
    'a feed with two',
    `<feed xmlns="http://www.w3.org/2005/Atom"><entry>${alert(3_000)}</entry><entry>${alert(3_000, 'other')}</entry></feed>`,
  ],
  ['a document that is broken', alert(10_000).replace('</alert>', '')],
  [
    'contract JSON of one large element',
    JSON.stringify([
      { type: 'public-report.v1', occurredAt: '2026-01-01T00:00:00Z', data: { text: 'x'.repeat(100_000) } },
    ]),
  ],
])('reads %s as it would be read here', async (_, text) => {
  const there = jest.spyOn(thread, 'read');
  expect(await read(text, thread)).toEqual(await read(text));
  expect(there).toHaveBeenCalledTimes(1);
  there.mockRestore();
});

it('lets a small one be read here', async () => {
  const there = jest.spyOn(thread, 'read');
  await read(alert(100), thread);
  expect(there).not.toHaveBeenCalled();
  there.mockRestore();
});

it('answers others meanwhile', async () => {
  const text = alert(90_000);
  let answered = 0;
  let reading = true;
  const asking = (async () => {
    while (reading) {
      await sleep(1);
      answered += 1;
    }
  })();
  await read(text, thread);
  reading = false;
  await asking;
  const there = answered;
  answered = 0;
  reading = true;
  const askingAgain = (async () => {
    while (reading) {
      await sleep(1);
      answered += 1;
    }
  })();
  await read(text);
  reading = false;
  await askingAgain;
  // Read here, nobody was answered while it was parsed; read there, whoever asked was.
  expect(there).toBeGreaterThan(answered);
});

it('refuses what takes too long, and reads the next', async () => {
  const hasty = new ReadingThread(PLAN.rules, 1);
  const [refused] = await read(alert(90_000), hasty);
  expect(refused?.refusals?.[0]).toMatchObject({ place: 'document', reason: 'not read within 0.001 s' });
  await hasty.onApplicationShutdown();
  expect((await read(alert(10_000), thread))[0]?.refusals).toBeUndefined();
});

it('refuses what takes too much memory, and reads the next', async () => {
  const small = new ReadingThread(PLAN.rules, undefined, 32);
  const [refused] = await read(
    `<feed xmlns="http://www.w3.org/2005/Atom">${Array.from({ length: 5 }, (_, n) => alert(100_000, `large-${n}`)).join('')}</feed>`,
    small,
  );
  expect(refused?.refusals?.[0]?.reason).toBe('more than 32 MB of memory to read it');
  expect((await read(alert(5_000, 'next'), small))[0]?.refusals).toBeUndefined();
  await small.onApplicationShutdown();
});
