import type { XmlElement } from '../xml.js';
import { isObject, type JsonObject } from '../json.js';
import { CAP12 } from './vocabulary.js';

/**
 * A CAP message that came as JSON, as the element that it would be in XML: an object is an element with its fields as
 * children, a list is the element again and again, null is none. So there is one reader of what an alert means.
 */
export const elementOf = (name: string, value: unknown): XmlElement => ({
  name,
  namespace: CAP12,
  text: isObject(value) ? '' : String(value),
  children: isObject(value) ? childrenOf(value) : [],
  attributes: [],
  values: {},
  line: 0,
  column: 0,
  start: 0,
  end: 0,
});

const childrenOf = (object: JsonObject): XmlElement[] =>
  Object.entries(object).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
      one === null || one === undefined ? [] : [elementOf(name, one)],
    ),
  );
