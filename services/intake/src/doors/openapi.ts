import { CONTRACTS } from '@fengsui/contracts';
import { ENDPOINTS } from './endpoints.js';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const counts = ['records', 'accepted', 'duplicates', 'refused', 'conflicts'];
const Refusal = {
  type: 'object',
  required: ['place', 'reason', 'expected'],
  properties: { place: text, reason: text, expected: text },
};
const Receipt = {
  type: 'object',
  description:
    'records = accepted + duplicates + refused; conflicts are accepted ones whose identity was taken by other content',
  required: ['format', 'sha256', ...counts, 'events', 'refusals', 'notes'],
  properties: {
    format: text,
    sha256: text,
    ...Object.fromEntries(counts.map((name) => [name, count])),
    events: { type: 'object', additionalProperties: count },
    refusals: { type: 'array', items: { $ref: '#/components/schemas/Refusal' } },
    notes: { type: 'array', items: { type: 'object', properties: { place: text, note: text } } },
  },
};
const ProblemDocument = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail'],
  properties: { type: text, title: text, status: { type: 'integer' }, detail: text },
};
const problem = (description: string, headers?: object) => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const ANSWERS = {
  200: {
    description: 'what became of each record',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } },
  },
  400: problem('an empty body, or one that cannot be unpacked'),
  401: problem('no key, or a key that nobody holds'),
  403: problem(
    'the key may not send this, the plan names no feeder and the request is not from this machine, or a page of another site sent it',
  ),
  404: problem('no such endpoint'),
  408: problem('the body comes too slowly (FENGSUI_BODY_SECONDS)'),
  413: problem('larger than FENGSUI_BODY_LIMIT_MB, unpacked'),
  415: problem('in no format that is read'),
  421: problem('asked for under a host name that does not lead here (FENGSUI_HTTP_NAMES)'),
  422: problem(
    'every record was refused; the members of the receipt stand beside those of the problem. Or: the idempotency key was used for another body',
  ),
  429: problem('too many at once, too many a minute, or too many wrong keys', {
    'Retry-After': { schema: { type: 'integer' }, description: 'seconds' },
  }),
};

/** A GET of the query API; `:name` in its path is a part of it. */
function answered({ path, summary, answer, parameters, right }: Question): [string, object] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text }));
  const inQuery = Object.entries(parameters).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: text,
  }));
  const responses = {
    200: { description: summary, content: { 'application/json': { schema: answer } } },
    400: { description: 'a parameter that is unknown, or cannot be read' },
    401: { description: 'nobody is logged in: a session cookie, or Authorization: Bearer with a token' },
    403: { description: `who asks has not the right: ${right}` },
  };
  const operationId = `get_${path.replaceAll(/[/:]+/g, '_')}`;
  return [
    `/v1/${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    { get: { operationId, summary, parameters: [...inPath, ...inQuery], responses } },
  ];
}

/** A question of the query API. */
type Question = Readonly<{
  path: string;
  summary: string;
  answer: object;
  parameters: Readonly<Record<string, string>>;
  right: string;
}>;

const sources = Object.fromEntries(
  [
    'application/xml',
    'application/cap+xml',
    'text/csv',
    'application/geo+json',
    'text/plain',
    'application/octet-stream',
  ].map((type) => [
    type,
    { schema: { type: 'string', description: 'a source format of docs/formats.md; recognised by its content' } },
  ]),
);

const door = (name: string, contracts: readonly string[]): [string, object] => {
  const one = { oneOf: contracts.map((contract) => ({ $ref: `#/components/schemas/${contract}` })) };
  return [
    `/v1/${name}`,
    {
      post: {
        operationId: `post_${name}`,
        summary: `Feed ${contracts.join(', ')}`,
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            schema: { type: 'string', maxLength: 200 },
            description: 'the same key and body again give the first answer',
          },
          { name: 'Content-Encoding', in: 'header', schema: { enum: ['gzip', 'identity'] } },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { oneOf: [one, { type: 'array', items: one }] } },
            'application/x-ndjson': { schema: { type: 'string', description: 'one object a line' } },
            ...sources,
          },
        },
        responses: ANSWERS,
      },
    },
  ];
};

const message = (contract: keyof typeof CONTRACTS, typed: boolean): object => {
  const { data } = CONTRACTS[contract].properties;
  return {
    type: 'object',
    required: ['occurredAt', 'data', ...(typed ? ['type'] : [])],
    properties: { type: { const: contract }, occurredAt: { type: 'string', format: 'date-time' }, data },
    additionalProperties: false,
  };
};

/** What the HTTP doors take, made from the contracts, and what the query API answers. */
export function openApi(questions: readonly Question[]): object {
  const observed = Object.values(ENDPOINTS);
  return JSON.parse(
    JSON.stringify({
      openapi: '3.1.0',
      info: {
        title: 'Fengsui: the doors of intake and the query API',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      security: [{ key: [] }, {}],
      paths: together([
        ...Object.entries(ENDPOINTS).map(([name, contract]) => door(name, [contract])),
        door('inputs', observed),
        ...questions.map(answered),
      ]),
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'the key of a feeder of the plan; none is needed from this machine while the plan names no feeder',
          },
        },
        schemas: {
          Receipt,
          Refusal,
          Problem: ProblemDocument,
          ...Object.fromEntries(observed.map((contract) => [contract, message(contract, false)])),
        },
      },
    }),
  ) as object;
}

/** A door and a question may have one path: each has its own method. */
function together(paths: readonly (readonly [path: string, methods: object])[]): Record<string, object> {
  const all: Record<string, object> = {};
  for (const [path, methods] of paths) all[path] = { ...all[path], ...methods };
  return all;
}
