import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setUserDisabled } from '../../src/identity/disable-user.ts';
import { findUserByEmail } from '../../src/identity/find-user.ts';
import { commandLine } from '../support/command-line.ts';
import { world } from '../support/world.ts';

const here = await world();
const chantier = commandLine(here.app);
const company = await here.company();
const { slug } = company.tenant;
const newName = (start: string): string => `${start}-${randomBytes(5).toString('hex')}`;
const newAddress = (): string => `${newName('ada')}@cli.example`;
const userOf = (email: string) => here.app.catalog.read((db) => findUserByEmail(db, email));
const create = (email: string, ...more: string[]) =>
  chantier(['user', 'create', email, '--first-name', 'Ada', '--last-name', 'Byron', ...more]);

describe('chantier tenant', () => {
  it('creates an organization that list and show print', async () => {
    const wanted = newName('globex');
    const flags = ['--slug', wanted, '--time-zone', 'Europe/Paris', '--locale', 'fr-FR', '--currency', 'CHF'];
    const made = await chantier(['tenant', 'create', 'Globex & Sons', ...flags, '--json']);
    expect([made.code, made.stderr]).toEqual([0, '']);
    const tenant = JSON.parse(made.stdout);
    expect(tenant).toMatchObject({
      slug: wanted,
      name: 'Globex & Sons',
      status: 'ACTIVE',
      timeZone: 'Europe/Paris',
      locale: 'fr-FR',
      currency: 'CHF',
      modules: expect.arrayContaining(['projects', 'time']),
    });
    const shown = await chantier(['tenant', 'show', wanted, '--json']);
    expect(JSON.parse(shown.stdout)).toEqual(tenant);
    const listed = await chantier(['tenant', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toContainEqual(tenant);
  });

  it('prints the same as text', async () => {
    const { schemaName, modules } = company.tenant;
    const { stdout: list } = await chantier(['tenant', 'list']);
    expect(list.split('\n')[0]).toMatch(/^SLUG +NAME +STATUS +DATABASE +SCHEMA +MODULES$/);
    expect(
      list
        .split('\n')
        .find((line) => line.startsWith(`${slug} `))
        ?.split(/ {2,}/),
    ).toEqual([slug, 'Acme', 'ACTIVE', 'primary', schemaName, String(modules.size)]);
    const { stdout: shown } = await chantier(['tenant', 'show', slug]);
    expect(shown).toMatch(new RegExp(`^schemaName: +${schemaName}$`, 'm'));
    const wanted = newName('initech');
    const { stdout: made } = await chantier(['tenant', 'create', 'Initech', '--slug', wanted]);
    expect(made).toMatch(new RegExp(`^created ${wanted} in tenant_[0-9a-f]{12}\n$`));
  });

  it.each([
    [['show', 'nobody-here'], 4, 'TENANT_NOT_FOUND'],
    [['create', 'Acme again', '--slug', slug], 5, 'ALREADY_EXISTS'],
    [['create', 'Acme', '--slug', 'A!'], 2, 'BAD_INPUT'],
    [['create', 'Acme', '--time-zone', 'Mars/Olympus'], 2, 'BAD_INPUT'],
    [['create'], 2, 'BAD_INPUT'],
    [['list', '--colour'], 2, 'BAD_INPUT'],
  ])('refuses %j with code %i, as JSON on demand', async (args, code, name) => {
    const refused = await chantier(['tenant', ...args, '--json']);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(JSON.parse(refused.stderr)).toEqual({ error: { code: name, message: expect.any(String) } });
  });
});

describe('chantier user create', () => {
  it('creates a user without an organization', async () => {
    const email = newAddress();
    const { code, stdout } = await create(email.toUpperCase());
    expect([code, stdout]).toEqual([0, `${email} is a user\n`]);
    expect(await userOf(email)).toMatchObject({ firstName: 'Ada', lastName: 'Byron', passwordHash: null });
  });

  it('creates a user, and makes the same user a member of another organization', async () => {
    const email = newAddress();
    const first = await create(email, '--tenant', slug, '--role', 'OWNER', '--json');
    expect(JSON.parse(first.stdout)).toEqual({ id: expect.any(String), email, tenant: slug, role: 'OWNER' });
    const other = await here.company('Globex');
    const second = await create(email, '--tenant', other.tenant.slug);
    expect(second.stdout).toBe(`${email} is MEMBER of ${other.tenant.slug}\n`);
    expect(await create(email, '--tenant', slug)).toMatchObject({
      code: 5,
      stderr: 'This person is already a member\n',
    });
  });

  it('takes the password from the environment, so that no process list shows it', async () => {
    process.env.CLI_TEST_PASSWORD = 'a password of the test';
    onTestFinished(() => void delete process.env.CLI_TEST_PASSWORD);
    const email = newAddress();
    expect((await create(email, '--password-env', 'CLI_TEST_PASSWORD')).code).toBe(0);
    const stored = (await userOf(email))?.passwordHash;
    expect(await here.app.identity.passwords.verify('a password of the test', stored)).toBe(true);
  });

  it.each([
    [['--role', 'KING', '--tenant', slug], 2, 'Allowed choices are OWNER'],
    [['--tenant', 'nobody-here'], 4, 'There is no organization nobody-here'],
    [['--password-env', 'CLI_TEST_UNSET'], 2, 'CLI_TEST_UNSET holds no password'],
  ])('creates no user with %j', async (flags, code, message) => {
    const email = newAddress();
    const refused = await create(email, ...flags);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toContain(message);
    expect(await userOf(email)).toBeUndefined();
  });

  it('rejects an invalid address', async () => {
    expect(await create('ada')).toMatchObject({ code: 2, stderr: 'email: This is not an e-mail address\n' });
  });
});

describe('chantier token', () => {
  const token = (email: string) => chantier(['token', '--tenant', slug, '--user', email]);

  it('prints only a token that the server accepts', async () => {
    const member = await company.as('MANAGER');
    const { code, stdout, stderr } = await token(member.user.email.toUpperCase());
    expect([code, stderr]).toEqual([0, '']);
    const headers = { authorization: `Bearer ${stdout.trimEnd()}` };
    const { data } = await here.graphql('{ viewer { role user { email } } }', {}, headers);
    expect(data.viewer).toEqual({ role: 'MANAGER', user: { email: member.user.email } });
  });

  it('is refused for users who could not use the token', async () => {
    const stranger = await here.user();
    const gone = await company.member('MEMBER');
    await setUserDisabled(here.app.identity, gone.user.id, true);
    expect((await token('nobody@cli.example')).code).toBe(4);
    expect(await token(stranger.email)).toEqual({
      code: 3,
      stdout: '',
      stderr: `${stranger.email} is not a member of ${slug}\n`,
    });
    expect((await token(gone.user.email)).code).toBe(3);
  });
});

describe('chantier', () => {
  it('prints the graph', async () => {
    const { code, stdout } = await chantier(['schema', 'print']);
    expect(code).toBe(0);
    expect(buildSchema(stdout).getQueryType()?.getFields()).toHaveProperty('viewer');
  });

  it('prints the graph into a file', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'chantier-print-')), 'schema.graphql');
    expect(await chantier(['schema', 'print', '--out', file])).toMatchObject({ code: 0, stdout: '' });
    expect(buildSchema(await readFile(file, 'utf8')).getMutationType()).toBeDefined();
  });

  it('prints its help', async () => {
    const { code, stdout, stderr } = await chantier(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['serve', 'migrate', 'import', 'tenant', 'user', 'token', 'audit', 'schema']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
  });

  it('rejects unknown commands, and suggests the intended one', async () => {
    const { code, stdout, stderr } = await chantier(['tokens']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown command 'tokens'");
    expect(stderr).toContain('Did you mean token?');
  });
});
