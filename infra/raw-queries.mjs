/**
 * Statements go through libs/database/src/sql.ts. This looks at what a name means, not at how it is spelt: a method of TypeORM or of pg that
 * takes a statement is found under an alias, in a destructuring and behind a string, and a `query` of our own is let be.
 */
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What hands a statement to the database, in any class of the two packages. */
const METHODS = new Set(['query', 'createQueryBuilder', 'sql']);
const PACKAGES = /\/node_modules\/(typeorm|@types\/pg|pg)\//;

/**
 * @param folders of projects with a tsconfig.json; each is asked for its own files
 * @param wanted which of those are looked at
 * @returns `file:line`, one for each place
 */
export async function rawQueriesIn(folders, wanted) {
  // Not before it is installed: the check that asks for this installs it.
  const { API } = await import('typescript/unstable/sync');
  const { SyntaxKind } = await import('typescript/unstable/ast');
  const api = new API();
  try {
    const configs = folders.map((folder) => path.join(folder, 'tsconfig.json'));
    const snapshot = api.updateSnapshot({ openProjects: configs });
    return folders.flatMap((folder, at) => {
      const project = snapshot.getProject(configs[at]);
      if (project === undefined) throw new Error(`${configs[at]}: no such project`);
      return project.program
        .getSourceFileNames()
        .filter((file) => file.startsWith(`${folder}/src/`) && wanted(file))
        .flatMap((name) => placesIn(project, name, SyntaxKind));
    });
  } finally {
    api.close();
  }
}

function placesIn({ program, checker }, name, kinds) {
  const file = program.getSourceFile(name);
  const nodes = namesIn(file, kinds);
  if (nodes.length === 0) return [];
  const symbols = checker.getSymbolAtLocation(nodes);
  return nodes
    .filter((_, at) => symbols[at]?.declarations.some((declaration) => PACKAGES.test(declaration.path)) === true)
    .map((node) => `${name}:${file.text.slice(0, node.getStart()).split('\n').length}`);
}

function namesIn(node, kinds, found = []) {
  const named = node.kind === kinds.Identifier || node.kind === kinds.StringLiteral;
  if (named && METHODS.has(node.text)) found.push(node);
  node.forEachChild((child) => void namesIn(child, kinds, found));
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2).map((folder) => path.resolve(folder));
  for (const place of await rawQueriesIn(folders, () => true))
    process.stdout.write(`${path.relative(process.cwd(), place)}\n`);
}
