import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { certificates } from '../db/certificates.ts';
import { createDatabase } from '../support/database.ts';
import { logged, runProgram, startProgram } from '../support/program.ts';
import { root } from '../support/sources.ts';

const database = await createDatabase();
afterAll(() => database.drop());

const start = (args: string[], env: Record<string, string> = {}) =>
  startProgram(args, { DATABASE_URL: database.url, ...env });
const chantier = (args: string[], env: Record<string, string> = {}) =>
  runProgram(args, { DATABASE_URL: database.url, ...env });

it('does not serve schemas that do not fit the build, and reports how to migrate them', async () => {
  const { code, stdout, stderr } = await chantier([], { LOG_LEVEL: 'silent' });
  expect([code, stdout]).toEqual([8, '']);
  expect(stderr).toContain('run `chantier migrate`');
});

it('uses almost no memory for rejected documents', async () => {
  expect(await chantier(['migrate'])).toMatchObject({ code: 0 });
  const server = start(['serve'], { NODE_OPTIONS: '--max-old-space-size=180' });
  const { port } = await logged(server, 'listening');
  const send = (query: string): Promise<string> =>
    fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }).then((response) => response.text());
  for (let n = 0; n < 400; n++) {
    const unknown = ['a', 'b', 'c', 'd', 'e'].map((letter) => `nothing${n}${letter}`);
    expect(await send(`{ ${unknown.join(' ')} }`)).toContain('GRAPHQL_VALIDATION_FAILED');
  }
  expect(await send('{ __typename }')).toContain('Query');
  server.kill('SIGTERM');
  expect(await once(server, 'close')).toEqual([0, null]);
});

it('creates an organization and a user beside a running server, which serves them and then drains', {
  timeout: 300_000,
}, async () => {
  expect(await chantier(['migrate'])).toMatchObject({ code: 0 });
  const server = start(['serve']);
  const { port } = await logged(server, 'listening');
  expect(await chantier(['tenant', 'create', 'Acme', '--slug', 'acme'])).toMatchObject({ code: 0 });
  const user = [
    'user',
    'create',
    'ada@acme.example',
    '--first-name',
    'Ada',
    '--last-name',
    'Byron',
    '--tenant',
    'acme',
  ];
  expect(await chantier(user)).toMatchObject({ code: 0, stdout: 'ada@acme.example is MEMBER of acme\n' });
  // Without the port of the server in the environment
  const token = await chantier(['token', '--tenant', 'acme', '--user', 'ada@acme.example'], { PORT: '' });
  expect(token).toMatchObject({ code: 0, stderr: '' });
  const response = await fetch(`http://127.0.0.1:${port}/t/acme/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token.stdout.trim()}` },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  });
  expect(await response.json()).toEqual({ data: { viewer: { role: 'MEMBER' } } });
  server.kill('SIGTERM');
  expect(await once(server, 'close')).toEqual([0, null]);
});

it('tolerates a closed output pipe', async () => {
  const child = start(['schema', 'print']);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  expect([code, stderr]).toEqual([0, '']);
});

it('exits with 130 after Ctrl-C, and can be resumed', async () => {
  const child = start(['tenant', 'spares', '--keep', '500']);
  const said = text(child.stdout!);
  // Its first line of progress
  await once(child.stderr!, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(await said).toMatch(/spares: \d+ ready/);
});

it('reports in one line that its output cannot be written', async () => {
  const full = await open('/dev/full', 'w');
  onTestFinished(() => full.close());
  const child = spawn(process.execPath, [path.join(root, 'bin/chantier.js'), '--help'], {
    stdio: ['ignore', full.fd, 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  expect([code, stderr]).toEqual([6, 'The output cannot be written: ENOSPC: no space left on device, write\n']);
});

it.each([
  [{ PORT: 'x', SECRET: '' }, 7, ['PORT must be', 'SECRET is required in production']],
  [{ DATABASE_URL: 'postgres://ada:hidden@127.0.0.1:1/away' }, 6, ['database away at 127.0.0.1:1', 'ECONNREFUSED']],
  [{ DATABASE_URL: databaseNobodyHas() }, 7, ['nobody_has_it', 'does not exist']],
  [
    { DATABASE_URL: changed((url) => (url.password = 'hidden')) },
    7,
    ['refuses the login', 'password authentication failed'],
  ],
  [
    { DATABASE_URL: changed((url) => (url.hostname = 'nowhere.invalid')) },
    6,
    ['nowhere.invalid', 'does not accept connections'],
  ],
  [
    { DATABASE_URL: database.url, LISTEN_DATABASE_URL: changed((url) => (url.password = 'hidden')) },
    7,
    ['refuses the login', 'password authentication failed'],
  ],
  [{ DATABASE_URL: changed((url) => (url.search = 'sslrootcert=/nowhere/ca.pem')) }, 7, ['sslrootcert', 'ENOENT']],
  [{ DATABASE_URL: await untrusted('address') }, 7, ['did not prove its identity by TLS', 'self-signed certificate']],
  [{ DATABASE_URL: changed((url) => (url.search = 'sslmode=verify-full')) }, 7, ['does not speak TLS']],
])('reports %o in one line, without a stack trace or a password', async (env, code, messages) => {
  const refused = await chantier(['tenant', 'list'], env);
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  for (const message of messages) expect(refused.stderr).toContain(message);
  expect(refused.stderr).not.toMatch(/ {2}at |hidden/);
});

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

function databaseNobodyHas(): string {
  return changed((url) => (url.pathname = '/nobody_has_it'));
}

/** The address of a server with a self-signed certificate. */
async function untrusted(certificate: keyof typeof certificates): Promise<string> {
  const server = createServer((plain) => {
    plain
      .on('error', () => {})
      .once('data', () => {
        plain.write('S');
        new TLSSocket(plain, { isServer: true, ...certificates[certificate] }).on('error', () => {});
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => void server.close());
  return `postgres://u:hidden@127.0.0.1:${(server.address() as AddressInfo).port}/db?sslmode=verify-full`;
}
