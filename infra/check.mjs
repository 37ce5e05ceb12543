/** `npm run check`: formatting, lint with import boundaries and cycles, types, unused exports, dependencies as imported, generated files. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT, setUp } from './setup.mjs';
import { stale } from './generate.mjs';
import { catalogueDifferences } from './catalogue.mjs';
import { NX, NX_ENVIRONMENT } from './nx.mjs';
import { rawQueriesIn } from './raw-queries.mjs';
import { foreignTablesIn, tablesIn } from './sql-ownership.mjs';

setUp();
/** Nest and TypeORM load these themselves. */
const PEERS = new Set([
  'reflect-metadata',
  'rxjs',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/microservices',
  '@nestjs/common',
]);

const MODULES = path.join(ROOT, 'node_modules');
/** Tests, and what only they use, may do what the product may not. */
const OF_TESTS = /(\.test|-for-tests|\/testing)\.ts$/;

let failed = 0;
let passed = 0;
const report = (name, faults) => {
  if (faults.length === 0) passed += 1;
  else failed += 1;
  process.stdout.write(
    `${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n${faults.map((fault) => `     ${fault}\n`).join('')}`,
  );
};
const run = (name, bin, ...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(MODULES, bin), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: NX_ENVIRONMENT,
  });
  report(name, status === 0 ? [] : `${stdout}${stderr}`.trim().split('\n').slice(-60));
};

/** The target of every project, by Nx: what nobody touched comes from its cache. */
const target = (name, which) => run(name, path.relative(MODULES, NX), 'run-many', '-t', which, '--output-style=static');

const packages = ['libs', 'services'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder)).map((name) => path.join(ROOT, folder, name)),
);
const sources = [...packages.map((folder) => path.join(folder, 'src')), path.join(ROOT, 'test')].flatMap(filesOf);

target('lint, boundaries, cycles, formatting', 'lint');
target('types', 'build');
run('types of the tests', 'typescript/bin/tsc', '-p', 'infra/tsconfig.tests.json');
report('unused exports', unusedExports());
report('one partition a send', otherSenders());
report('docker-compose.yml', await (await import('./compose/compose.mjs')).faults());
report('dependencies as imported', wrongDependencies());
report('one source of time and settings', secondSources());
report('tables of other owners', foreignTables());
report('tables as the entities describe them', await catalogueDifferences());
report('SQL through the seam', await rawQueries());
report('casts in services', blindCasts());
report('lines end at 120', longLines());
report(
  'generated files are up to date',
  (await stale()).map((file) => `${path.relative(ROOT, file)}: run \`npm run generate\``),
);
process.stdout.write(`check: ${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** Acknowledged messages are lost when a call spans partitions (docs/decisions/0007): one function sends, tests of what others do aside. */
function otherSenders() {
  const others = /\.test\.ts$|kafka\/(publisher|ordinary-client)\.ts$|faults\/spanning-sender\.ts$/;
  return sources
    .filter((file) => !others.test(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return /\.sendBatch\(|\.producer\(|producer\.send\(/.test(text) ? [path.relative(ROOT, file)] : [];
    });
}

function filesOf(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist') return [];
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(file) : file.endsWith('.ts') ? [file] : [];
  });
}

/** What is exported from a file and named nowhere else is dead, or should not be exported. */
function unusedExports() {
  // An index that only passes a name on does not use it.
  const texts = new Map(
    sources.map((file) => [
      file,
      readFileSync(file, 'utf8').replace(
        file.endsWith('/index.ts') ? /^export (type )?(\{[^}]*\}|\*) from .*$/gm : /$^/,
        '',
      ),
    ]),
  );
  const users = [
    ...texts,
    ...['infra/generate.mjs', 'infra/start.mjs', 'infra/test.mjs'].map((file) => [
      file,
      readFileSync(path.join(ROOT, file), 'utf8'),
    ]),
  ];
  // A contract's shape is published: types beside schemas may be used by others only.
  const own = [...texts].filter(([file]) => !file.includes('/contracts/src/') && !file.endsWith('/shapes.ts'));
  return own.flatMap(([file, text]) =>
    [
      ...text.matchAll(
        /^export (?:abstract )?(?:async )?(?:const|function\*?|class|type|interface) ([A-Za-z_$][\w$]*)/gm,
      ),
    ]
      .map(([, name]) => name)
      .filter(
        (name) =>
          !users.some(([other, used]) => other !== file && new RegExp(`\\b${name.replace('$', '\\$')}\\b`).test(used)),
      )
      .filter(
        (name) =>
          text.match(new RegExp(`\\b${name}\\b`, 'g')).length < 2 ||
          !new RegExp(`(?::|<|extends|=>) ?(?:readonly )?${name}\\b`).test(text),
      )
      .map((name) => `${path.relative(ROOT, file)}: ${name}`),
  );
}

function foreignTables() {
  const files = sources.map((file) => ({ name: path.relative(ROOT, file), text: readFileSync(file, 'utf8') }));
  const product = new Set(productSources().map((file) => path.relative(ROOT, file)));
  return foreignTablesIn(
    files.filter(({ name }) => product.has(name)),
    tablesIn(files),
  );
}

/** Migrations are written as SQL, the listening connection and the one that begins a database are clients of their own. */
async function rawQueries() {
  const allowed = /database\/src\/(copy|sql|embedded|notifications)\.ts$|migrations\.ts$|describe-tables\.ts$/;
  const product = new Set(productSources());
  const places = await rawQueriesIn(packages, (file) => product.has(file) && !allowed.test(file));
  return places.map((place) => `${path.relative(ROOT, place)}: a query beside the seam (rows, one, run, insertRows)`);
}

/** A cast through unknown says that nobody knows: in a service it is a mistake waiting. */
function blindCasts() {
  return productSources()
    .filter(
      (file) => file.startsWith(path.join(ROOT, 'services')) && readFileSync(file, 'utf8').includes('as unknown as'),
    )
    .map((file) => `${path.relative(ROOT, file)}: as unknown as`);
}

/** Comments, too: the formatter leaves them alone. Statements of migrations and templates of documents are data. */
function longLines() {
  return productSources()
    .filter((file) => !/migrations\.ts$|describe-tables\.ts$|chart\.ts$/.test(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          line.length > 120 && /^\s*(\*|\/\*|\/\/)|[;{}] \/\/ /.test(line)
            ? [`${path.relative(ROOT, file)}:${index + 1}`]
            : [],
        ),
    );
}

function productSources() {
  return sources.filter((file) => !OF_TESTS.test(file) && !file.startsWith(path.join(ROOT, 'test')));
}

/** Each package names exactly what it imports. */
function wrongDependencies() {
  return packages.flatMap((folder) => {
    const { name, dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const imported = new Set(
      filesOf(path.join(folder, 'src'))
        .filter((file) => !OF_TESTS.test(file))
        .flatMap((file) =>
          [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '((?:@[^/']+\/)?[^./'][^/']*)/g)].map(
            ([, from]) => from,
          ),
        )
        .filter((from) => !from.startsWith('node:') && from !== name),
    );
    const declared = Object.keys(dependencies).filter((one) => !PEERS.has(one));
    return [
      ...[...imported]
        .filter((one) => dependencies[one] === undefined)
        .map((one) => `${name} imports ${one} and does not name it`),
      ...declared.filter((one) => !imported.has(one)).map((one) => `${name} names ${one} and does not import it`),
    ];
  });
}

/** Time comes from the clock, settings from the settings: nothing else may ask the machine. */
function secondSources() {
  const allowed = {
    'Date.now(': ['libs/database/src/clock.ts'],
    'new Date()': [],
    'process.env': [
      'services/fengsui/src/installation.ts',
      'libs/service/src/process.ts',
      'services/fengsui/src/main.ts',
      'services/fengsui/src/processes.ts', // passes on to its children what it was given
      'services/fengsui/src/commands/',
      'libs/testing/',
      'libs/database/src/testing.ts',
    ],
  };
  return productSources().flatMap((file) => {
    const [text, name] = [
      readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
      path.relative(ROOT, file),
    ];
    return Object.entries(allowed)
      .filter(([what, places]) => text.includes(what) && !places.some((place) => name.startsWith(place)))
      .map(([what]) => `${name}: ${what}`);
  });
}
