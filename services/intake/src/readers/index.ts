import type { County } from '@fengsui/regions';
import { bestTrack } from './best-track.js';
import { capJson } from './cap/cap-json.js';
import { capReaders, rootOf } from './cap/document.js';
import { nwsGeojson } from './cap/nws-geojson.js';
import { pinnedTrust, type PinnedSender } from './cap/signature.js';
import { alertContents, cmaAlarms, nationalXml } from './china/national.js';
import { warningText, warningTextLines } from './china/warning-text.js';
import { contractJson } from './contract-json.js';
import { firmsCsv } from './csv/firms-csv.js';
import { ledgerCsv } from './csv/ledger-csv.js';
import { mappedCsv } from './csv/mapped-csv.js';
import type { Mapping } from './csv/mapping.js';
import { readingsCsv } from './csv/readings-csv.js';
import { headerOf } from './csv/rows.js';
import type { Head, Reader } from './reader.js';

/** What the city lays down about its sources: plain data, because another thread makes its readers from it, too. */
export type SourceRules = Readonly<{
  mappings: readonly Mapping[];
  /** Whose signatures are looked for. */ pinned?: readonly PinnedSender[];
  /** The city, then its counties. */ divisions: readonly County[];
  /** What makes pseudonyms; without it one of this process alone, so that no name gets through. */
  pseudonymKey?: string;
}>;

/** Every source format, in the order in which they are tried: the strict ones first. */
export const readersOf = ({ mappings, pinned = [], divisions }: SourceRules): readonly Reader[] => [
  nationalXml,
  ...capReaders(pinnedTrust(pinned)),
  nwsGeojson,
  cmaAlarms,
  alertContents,
  warningTextLines(divisions),
  firmsCsv,
  readingsCsv,
  ledgerCsv,
  ...mappings.map(mappedCsv),
  bestTrack,
  contractJson(null),
  capJson,
  warningText(divisions),
];

/** The reader for an input, by its content; or why none takes it. */
export function recognise(head: Head, readers: readonly Reader[]): Reader | Readonly<{ reason: string }> {
  if (head.text.replace(/^\ufeff/, '').trim() === '') return { reason: 'empty' };
  return readers.find((reader) => reader.recognises(head)) ?? { reason: whyNot(head, readers) };
}

function whyNot(head: Head, readers: readonly Reader[]): string {
  const root = rootOf(head.text);
  if (root === 'schema') return 'an XML schema, no message';
  if (root !== null && root.toLowerCase() === 'html')
    return 'a web page, not data: the source answered with something else';
  if (root !== null) return `XML with the root element ${root.slice(0, 40)}, which is no format that is read`;
  if (head.text.startsWith('PK')) return 'a zip archive: unpack it first';
  if (/^\ufeff?\s*[[{]/.test(head.text))
    return /"FeatureCollection"/.test(head.text)
      ? 'GeoJSON without alerts: outlines alone say nothing'
      : 'JSON in no form that is read';
  const header = headerOf(head);
  if (header.length >= 10 && header.filter((field) => /^-?\d+(\.\d+)?$/.test(field)).length >= 4)
    return 'rows of numbers without a header line: the first line must name the columns';
  // A first line that is no header may be somebody's name and telephone: it is not repeated.
  if (header.length >= 2 && header.some((field) => /^\d+$|\d{6}/.test(field)))
    return 'a table whose first line names no columns; docs/formats.md lists those that are read';
  if (header.length >= 2)
    return `a table that no mapping knows (${header.join(',').slice(0, 120)}); docs/formats.md says how to add a mapping`;
  return `no format that is read: ${readers.map(({ format }) => format).join(', ')}`;
}
