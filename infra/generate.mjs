/** `npm run generate`: writes what is made from the code: JSON Schemas, the AsyncAPI document, .env.example. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, setUp } from './setup.mjs';

async function generated() {
  const { CONTRACTS, TOPICS } = await import('../libs/contracts/dist/index.js');
  const { environmentExample } = await import('../libs/settings/dist/index.js');
  const { OUTPUTS } = await import('../services/fengsui/dist/index.js');
  const { openApi } = await import('../services/intake/dist/index.js');
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  const schemas = Object.entries(CONTRACTS).map(([type, schema]) => [
    `libs/contracts/published/${type}.schema.json`,
    json({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...plain(schema) }),
  ]);
  const outputs = Object.entries(OUTPUTS).map(([command, schema]) => [
    `services/fengsui/published/${command}.schema.json`,
    json({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: `fengsui ${command} --json`, ...plain(schema) }),
  ]);
  return [
    ...schemas,
    ...outputs,
    ['docs/asyncapi.json', json(asyncApi(CONTRACTS, TOPICS))],
    ['docs/openapi.json', json(openApi())],
    ['.env.example', environmentExample()],
  ].map(([file, text]) => [path.join(ROOT, file), text]);
}

/** AsyncAPI 3.0: every topic with its messages, its key and its one writer. */
function asyncApi(contracts, topics) {
  const byTopic = new Map();
  for (const [type, row] of Object.entries(topics)) byTopic.set(row.topic, [...(byTopic.get(row.topic) ?? []), type]);
  const name = (topic) => topic.replaceAll('.', '_');
  const entries = [...byTopic].sort();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Fengsui',
      version: '0.1.0',
      description: 'What travels on the log: observations from intake, decisions of the services. Generated from the contracts.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      entries.map(([topic, types]) => [
        name(topic),
        {
          address: topic,
          description: `Keyed by ${topics[types[0]].keyedBy}; ${topics[types[0]].partitions} partitions; kept ${topics[types[0]].retentionDays} days.`,
          messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
        },
      ]),
    ),
    operations: Object.fromEntries(
      entries.map(([topic, types]) => [
        `${topics[types[0]].writer}_writes_${name(topic)}`,
        { action: 'send', channel: { $ref: `#/channels/${name(topic)}` } },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        Object.entries(contracts).map(([type, schema]) => [
          type,
          { name: type, title: type, summary: schema.description, payload: plain(schema) },
        ]),
      ),
    },
  };
}

/** Without what the schema library keeps for itself. */
const plain = (schema) => JSON.parse(JSON.stringify(schema));

/** Files that are not what the code would make them. */
export async function stale() {
  return (await generated()).filter(([file, text]) => read(file) !== text).map(([file]) => file);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  for (const folder of ['libs/contracts/published', 'services/fengsui/published'])
    rmSync(path.join(ROOT, folder), { recursive: true, force: true });
  for (const [file, text] of await generated()) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
