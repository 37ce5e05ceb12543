import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptionalPlanYaml, readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type } from 'typebox';
import { withoutLinks } from './quoting.js';

/** What is said to a person: what, where, when, how it affects them, what to do, and who says so. */
export type CallText = Readonly<{ subject: string; text: string }>;

/** What may be filled in, by the kind of message. A word of it that a template lacks is left out; no other is known. */
const FACTS = {
  'response-proposed': ['act', 'response', 'range', 'places', 'due', 'because', 'number'],
  'response-proposal-revised': ['act', 'response', 'now', 'whose', 'at', 'because', 'needed', 'number'],
  'response-proposal-overdue': ['act', 'response', 'whose', 'due', 'reminder', 'because', 'number'],
  'response-changed': ['heading', 'verb', 'response', 'places', 'at', 'because', 'by'],
  'emergency-period': ['whose', 'verb', 'places', 'at', 'because', 'by'],
  transfers: ['tasks', 'people', 'places', 'due'],
  'transfers-ready': ['tasks', 'people', 'places', 'due'],
  'transfer-overdue': ['tasks', 'people', 'places', 'due'],
  'transfer-returned': ['people', 'places', 'at', 'number'],
  'obligation-overdue': ['kind', 'who', 'matter', 'owners', 'due', 'number'],
  'fire-raised': ['places', 'seen', 'signs', 'position', 'first', 'due', 'number'],
  'fire-again': ['places', 'seen', 'signs', 'position', 'first', 'due', 'number', 'reason'],
  'fire-overdue': ['places', 'due', 'number'],
  gathered: ['heading', 'count', 'list', 'places', 'at'],
  'gauges-silent': ['count', 'gauges', 'at'],
  'source-silent': ['source', 'last', 'at', 'because'],
  'figures-differ': ['count', 'list'],
  'report-waits': ['verb', 'title', 'report', 'at', 'missing', 'findings', 'order'],
} as const satisfies Record<string, readonly string[]>;
export type MessageKind = keyof typeof FACTS;
export type FactsOf<K extends MessageKind> = Readonly<Record<(typeof FACTS)[K][number], string | number>>;

/** The five blocks of a warning message, and who issued it, in their order. */
const BLOCKS = { what: '什么', where: '哪里', when: '何时', impact: '影响', do: '要做什么', by: '发布' } as const;
type Block = keyof typeof BLOCKS;
const PARTS = ['subject', ...(Object.keys(BLOCKS) as Block[])] as const;
type Template = Readonly<Record<(typeof PARTS)[number], string>>;

/** Characters of the short form before anything is filled in: one short message has 70, and the code needs some. */
const LONGEST_SUBJECT = 40;
const line = Type.String({ minLength: 1, maxLength: 400, pattern: '^[^\\r\\n]*\\S[^\\r\\n]*$' });
const Row = Type.Object(Object.fromEntries(PARTS.map((part) => [part, line])), { additionalProperties: false });
const kinds = Object.keys(FACTS) as MessageKind[];
const Whole = Type.Object(Object.fromEntries(kinds.map((kind) => [kind, Row])), { additionalProperties: false });
const Own = Type.Partial(Whole, { additionalProperties: false });

/** Words that come with the product. */
const SHIPPED = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const FILE = 'messages.yaml';

/** How messages are worded: data, checked before anything is said by it. */
export class Templates {
  private constructor(private readonly rows: Readonly<Record<string, Template>>) {}

  /** @throws SettingsError naming the message, its part and what is wrong */
  static read(folder: string): Templates {
    const shipped = readPlanYaml(SHIPPED, FILE, Whole).value as Record<string, Template>;
    const own = (readOptionalPlanYaml(folder, FILE, Own)?.value ?? {}) as Record<string, Template>;
    const rows = { ...shipped, ...own };
    const faults = kinds.flatMap((kind) => PARTS.flatMap((part) => faultsOf(kind, part, rows[kind]?.[part] ?? '')));
    if (faults.length > 0) throw new SettingsError(`${path.join(folder, FILE)} does not fit`, faults);
    return new Templates(rows);
  }

  /** The short form and the long one, in five blocks. */
  render<K extends MessageKind>(kind: K, facts: FactsOf<K>): CallText {
    const template = this.rows[kind] as Template;
    const filled = (part: (typeof PARTS)[number]): string =>
      template[part].replaceAll(/\{([a-z]+)\}/g, (_, name: string) =>
        withoutLinks(String((facts as Record<string, unknown>)[name])),
      );
    const blocks = (Object.keys(BLOCKS) as Block[]).map((part) => `${BLOCKS[part]}：${filled(part)}`);
    return { subject: filled('subject'), text: blocks.join('\n') };
  }
}

function faultsOf(kind: MessageKind, part: string, text: string): string[] {
  const at = `${kind}, ${part}`;
  const known: readonly string[] = FACTS[kind];
  const named = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const left = text.replaceAll(/\{[^{}]*\}/g, '');
  return [
    ...named.filter((name) => !known.includes(name)).map((name) => `${at}: {${name}} is none of ${known.join(', ')}`),
    ...(/[{}]/.test(left) ? [`${at}: a brace without its other`] : []),
    ...(/:\/\/|www\./i.test(left) ? [`${at}: a link; the only one of a message is the one that answers it`] : []),
    ...(part === 'subject' && left.length > LONGEST_SUBJECT
      ? [`${at}: ${left.length} characters; ${LONGEST_SUBJECT} leave room within one short message`]
      : []),
  ];
}
