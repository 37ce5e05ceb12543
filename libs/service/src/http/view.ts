import { Type, type TProperties, type TSchema } from 'typebox';
import type { UtcInstant } from '@fengsui/contracts';

/**
 * What the query API answers and the command prints with `--json` is described once, by these; the TypeScript type
 * comes from the description (`Static<typeof …>`), and so do docs/openapi.json and the published shapes.
 */
export const View = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
export const ViewNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const ViewInstant = (description: string) =>
  Type.Unsafe<UtcInstant>(Type.String({ format: 'date-time', description: `${description}; UTC with milliseconds` }));
export const ViewCount = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) });
