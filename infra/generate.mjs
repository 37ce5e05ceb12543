/** `npm run generate`: writes what is made from the code: JSON Schemas, the AsyncAPI document, .env.example. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, setUp } from './setup.mjs';

async function generated() {
  const { CONTRACTS, FEED_TOPICS, TOPICS } = await import('../libs/contracts/dist/index.js');
  const { environmentExample } = await import('../libs/settings/dist/index.js');
  const { OUTPUTS } = await import('../services/fengsui/dist/index.js');
  const { openApi } = await import('../services/intake/dist/index.js');
  const { questionsOf } = await import('../libs/service/dist/index.js');
  const answering = await Promise.all(
    ['Intake', 'Response', 'Wildfire', 'Duty', 'Reporting'].map(
      async (name) => (await import(`../services/${name.toLowerCase()}/dist/index.js`))[`${name}Http`],
    ),
  );
  const { PlanFile } = await import('../services/response/dist/plan-file.js');
  const { IndicatorsFile } = await import('../services/reporting/dist/figures/definition.js');
  const { PeopleHttp, SessionHttp } = await import('../services/identity/dist/index.js');
  answering.push(SessionHttp, PeopleHttp);
  const dataModel = await dataModelOf();
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  const schemas = Object.entries(CONTRACTS).map(([type, schema]) => [
    `libs/contracts/published/${type}.schema.json`,
    json({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...plain(schema) }),
  ]);
  const outputs = Object.entries(OUTPUTS).map(([command, schema]) => [
    `services/fengsui/published/${command}.schema.json`,
    json({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `fengsui ${command} --json`,
      ...plain(schema),
    }),
  ]);
  return [
    ...schemas,
    ...outputs,
    [
      'services/response/published/flood-response.schema.json',
      json({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: 'flood-response.yaml',
        ...plain(PlanFile),
      }),
    ],
    [
      'services/reporting/published/indicators.schema.json',
      json({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: 'indicators.yaml',
        ...plain(IndicatorsFile),
      }),
    ],
    ['docs/asyncapi.json', json(asyncApi(CONTRACTS, TOPICS, FEED_TOPICS))],
    ['docs/openapi.json', json(openApi(questionsOf(answering)))],
    ['docs/data-model.md', dataModel],
    ['.env.example', environmentExample()],
  ].map(([file, text]) => [path.join(ROOT, file), text]);
}

/** AsyncAPI 3.0: every topic with its messages, its key and its one writer. */
function asyncApi(contracts, topics, feeds) {
  const byTopic = new Map();
  for (const [type, row] of Object.entries(topics)) byTopic.set(row.topic, [...(byTopic.get(row.topic) ?? []), type]);
  const name = (topic) => topic.replaceAll('.', '_');
  const entries = [...byTopic].sort();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Fengsui',
      version: '0.1.0',
      description:
        'What travels on the log: observations from intake, decisions of the services. Generated from the contracts.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{brokers}',
        protocol: 'kafka',
        description:
          'Where KAFKA_BROKERS is set. Without it events travel through PostgreSQL and no client reads them.',
        variables: { brokers: { default: 'localhost:9092', description: 'as KAFKA_BROKERS has them' } },
      },
    },
    channels: Object.fromEntries([
      ...feeds.map(({ topic, keyedBy, partitions, retentionDays }) => [
        name(topic),
        {
          address: topic,
          description: `Written by outsiders, read by intake alone. Keyed by ${keyedBy}; ${partitions} partitions; kept ${retentionDays} days.`,
          messages: { input: { $ref: '#/components/messages/input' } },
        },
      ]),
      ...entries.map(([topic, types]) => [
        name(topic),
        {
          address: topic,
          description: `Keyed by ${topics[types[0]].keyedBy}; ${topics[types[0]].partitions} partitions; kept ${topics[types[0]].retentionDays} days.`,
          messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
        },
      ]),
    ]),
    operations: Object.fromEntries([
      ...feeds.map(({ topic }) => [
        `intake_reads_${name(topic)}`,
        { action: 'receive', channel: { $ref: `#/channels/${name(topic)}` } },
      ]),
      ...entries.map(([topic, types]) => [
        `${topics[types[0]].writer}_writes_${name(topic)}`,
        { action: 'send', channel: { $ref: `#/channels/${name(topic)}` } },
      ]),
    ]),
    components: {
      messages: Object.fromEntries([
        [
          'input',
          {
            name: 'input',
            title: 'raw bytes',
            summary: 'Any format of docs/formats.md, or contract JSON, as it comes',
            payload: {},
          },
        ],
        ...Object.entries(contracts).map(([type, schema]) => [
          type,
          { name: type, title: type, summary: schema.description, payload: plain(schema) },
        ]),
      ]),
    },
  };
}

/** docs/data-model.md: every table by its schema, with the comments that the entities and the database have, and a picture of each. */
async function dataModelOf() {
  const { SCHEMAS } = await import('../services/fengsui/dist/index.js');
  const { describedTables } = await import('../libs/database/dist/index.js');
  const cell = (text) => String(text ?? '').replaceAll('|', '\\|');
  const described = await describedTables(SCHEMAS);
  const parts = SCHEMAS.flatMap(({ schema }) => {
    const tables = described
      .filter(({ table }) => table.startsWith(`${schema}.`))
      .map(({ table, ...rest }) => ({ name: table.slice(schema.length + 1), ...rest }));
    const picture = tables.flatMap(({ name, columns }) => [
      `  ${name} {`,
      ...columns.map(({ column, type, key }) => `    ${type.replace('[]', '_list')} ${column}${key ? ' PK' : ''}`),
      '  }',
    ]);
    return [
      `## Schema \`${schema}\``,
      '',
      '```mermaid',
      'erDiagram',
      ...picture,
      '```',
      ...tables.flatMap(({ name, comment, columns }) => [
        '',
        `### \`${schema}.${name}\``,
        '',
        `${comment}.`,
        '',
        '| column | type | meaning |',
        '|---|---|---|',
        ...columns.map(
          ({ column, type, nullable, key, comment: meaning }) =>
            `| \`${column}\`${key ? ' (key)' : ''} | ${type}${nullable ? ', may be null' : ''} | ${cell(meaning)} |`,
        ),
      ]),
      '',
    ];
  });
  return [
    '# Data model',
    '',
    'Generated from the entities by `npm run generate`. Each schema has one owner; nobody else’s statements name its tables',
    '(`npm run check`). What entities cannot say is listed in `infra/database/beside-entities.txt`.',
    '',
    ...parts,
  ].join('\n');
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
