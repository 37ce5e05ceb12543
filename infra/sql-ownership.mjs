/** Who owns which schema: nobody else's statements name its tables. */
const OWNERS = {
  schedule: 'libs/database/',
  log: 'libs/log/',
  access: 'libs/access/',
  ...Object.fromEntries(
    ['intake', 'response', 'wildfire', 'duty', 'reporting'].map((service) => [service, `services/${service}/`]),
  ),
};
const LITERAL = /'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
const STATEMENT = /\b(select|insert|update|delete|truncate|from|join|alter|drop)\b/i;

/** The tables that entities describe. @param files `{ name, text }` @returns `[schema, table]` of each */
export const tablesIn = (files) =>
  files
    .flatMap(({ text }) =>
      [...text.matchAll(/schema: '(\w+)',\s*name: '(\w+)'/g)].map(([, schema, table]) => [schema, table]),
    )
    .filter(([schema]) => OWNERS[schema] !== undefined);

/** Statements that name a table of somebody else. @returns what is wrong, in words */
export const foreignTablesIn = (files, tables) =>
  files.flatMap(({ name, text }) => {
    const statements = [...text.matchAll(LITERAL)]
      .map(([literal]) => literal)
      .filter((literal) => STATEMENT.test(literal));
    return tables
      .filter(([schema]) => !name.startsWith(OWNERS[schema]))
      .filter(([schema, table]) => statements.some((one) => new RegExp(`\\b${schema}\\."?${table}\\b`).test(one)))
      .map(([schema, table]) => `${name}: names ${schema}.${table}, which belongs to ${OWNERS[schema]}`);
  });
