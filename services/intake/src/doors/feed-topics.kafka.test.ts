import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@fengsui/database';
import { ParkedMessages, partitionOf } from '@fengsui/log';
import { produce } from '@fengsui/log/testing';
import { BASE_SCHEMAS, startServices, type ServiceProcess } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';
import { sharedFile } from '@fengsui/testing';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { INTAKE_SCHEMA, IntakeModule, IntakePlan, payloadOf, Receiving } from '../index.js';
import { ENDPOINTS } from './endpoints.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const BROKERS = process.env['TEST_KAFKA_BROKERS'] ?? 'localhost:9092';
const withKcat = spawnSync('kcat', ['-V']).status === 0 ? it : it.skip;

describe('feed.*, written by an ordinary Kafka client', () => {
  let database: TestDatabase;
  let db: DataSource;
  let running: ServiceProcess;
  let home: string;
  beforeAll(async () => {
    database = await testDatabase([...BASE_SCHEMAS, INTAKE_SCHEMA]);
    db = await connect(database.url, 'feed test', 2);
    home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-feed-'));
    const settings = readSettings({
      FENGSUI_HOME: home,
      FENGSUI_HTTP_PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BROKERS: BROKERS,
    });
    running = await startServices(database.url, settings, {
      schemas: [INTAKE_SCHEMA],
      modules: [IntakeModule.of(IntakePlan.read(path.join(ROOT, 'plans', 'qingyuan')), settings, true)],
      consumers: [],
      relays: ['intake'],
      http: true,
    });
  });
  afterAll(async () => {
    await running.stop();
    await db.destroy();
    await database.drop();
    rmSync(home, { recursive: true, force: true });
  });

  const kcat = (topic: string, key: string, file: string): void => {
    const { status, stderr } = spawnSync(
      'kcat',
      ['-P', '-b', BROKERS, '-t', topic, '-k', key, '-X', 'topic.partitioner=murmur2_random', file],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  };
  const accepted = async (): Promise<string[]> =>
    ((await db.query('select event_id from intake.accepted order by 1')) as { event_id: string }[]).map(
      ({ event_id }) => event_id,
    );
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    while (!(await what())) await sleep(50);
  };

  withKcat(
    'goes in once, whole and with its place; what is nothing is parked with the reason (left out where kcat is not installed)',
    async () => {
      const warning = path.join(ROOT, 'examples', 'warning-rain-red.cap.xml');
      kcat('feed.warnings', '44180041600000', warning);
      kcat('feed.warnings', '44180041600000', warning);
      kcat('feed.hotspots', 'x', path.join(ROOT, 'examples', 'hotspots-firms.csv'));
      const junk = path.join(home, 'junk');
      writeFileSync(junk, '<html>Invalid MAP_KEY</html>');
      kcat('feed.hotspots', 'x', junk);
      const wrong = path.join(home, 'wrong');
      writeFileSync(
        wrong,
        '{"type":"reading.v1","occurredAt":"2020-06-07T00:00:00Z","data":{"station":"a","quantity":"snow"}}',
      );
      kcat('feed.readings', 'a', wrong);
      await until(async () => (await accepted()).length >= 4 && (await new ParkedMessages(db).list()).length >= 2);
      expect((await accepted()).filter((id) => id.startsWith('warning/'))).toHaveLength(1);
      const [row] = (await db.query(`select name, door from intake.input where format = 'cap'`)) as {
        name: string;
        door: string;
      }[];
      // Where Kafka's own Java client would have put it.
      expect(row).toEqual({
        door: 'kafka',
        name: expect.stringMatching(new RegExp(`^feed.warnings/${partitionOf('44180041600000', 4)}/\\d+$`)),
      });
      expect((await new ParkedMessages(db).list()).map(({ reason, topic }) => [topic, reason]).sort()).toEqual([
        ['kafka/feed.hotspots', expect.stringMatching(/web page/)],
        ['kafka/feed.readings', expect.stringMatching(/every record was refused.*snow/)],
      ]);
      await until(() => running.runtime.log.idle());
      expect(
        (
          (await db.query(
            `select count(*)::int as n from log.relayed where topic = 'observed.warnings' and kafka_next > 0`,
          )) as unknown[]
        )[0],
      ).toEqual({ n: 1 });
    },
    60_000,
  );

  const cases = sharedFile('data', 'field-cases');
  (cases === null ? it.skip : it)(
    'takes every field case as the command does (left out where the real data are not at hand)',
    async () => {
      const receiving = running.app.get(Receiving, { strict: false });
      const folders = readdirSync(cases as string).filter((name) => /^\d/.test(name) && !/^(02|15|16)-/.test(name));
      const expected = new Set<string>();
      const messages: { topic: string; key: string; value: Buffer }[] = [];
      for (const file of folders.flatMap((name) => filesIn(path.join(cases as string, name)))) {
        const payload = await payloadOf(readFileSync(file));
        const rehearsed = await receiving.rehearse({ payload, door: 'file', name: file, actor: 'test' });
        if ('skipped' in rehearsed || rehearsed.accepted === 0) continue;
        const [contract, ...others] = Object.keys(rehearsed.events);
        const [topic] = Object.entries(ENDPOINTS).find(([, carries]) => carries === contract) ?? [];
        expect([file, others]).toEqual([file, []]);
        for (const { event } of rehearsed.would ?? []) expected.add(event);
        messages.push({ topic: `feed.${topic}`, key: 'a', value: readFileSync(file) });
      }
      expect(messages.length).toBeGreaterThan(20);
      await produce(BROKERS.split(','), messages);
      await until(async () => {
        const here = new Set((await accepted()).map((id) => id.replace(/~[^~]*$/, '')));
        return [...expected].every((id) => here.has(id));
      });
    },
    120_000,
  );
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
