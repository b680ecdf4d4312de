import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld();
afterAll(() => here[Symbol.asyncDispose]());
const chantier = commandLine(here.app);

/** What a command prints as JSON. */
async function ok(...args: string[]) {
  const { code, stdout, stderr } = await chantier([...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Exit code and error code of a command that is refused. */
async function refusal(...args: string[]): Promise<[number, string]> {
  const { code, stderr } = await chantier([...args, '--json']);
  return [code, JSON.parse(stderr).error.code];
}

const company = async (name: string) => (await here.company(name)).tenant;

describe('chantier tenant', () => {
  it('suspends, resumes, archives and unarchives', async () => {
    const { id, slug } = await company('Status');
    for (const [command, status] of [
      ['suspend', 'SUSPENDED'],
      ['resume', 'ACTIVE'],
      ['archive', 'ARCHIVED'],
      ['unarchive', 'ACTIVE'],
    ] as const) {
      expect(await ok('tenant', command, slug)).toMatchObject({ id: `Organization:${id}`, slug, status });
      expect(await ok('tenant', 'show', slug)).toMatchObject({ id: `Organization:${id}`, status, database: 'primary' });
    }
    expect(await refusal('tenant', 'resume', 'nobody-here')).toEqual([4, 'TENANT_NOT_FOUND']);
    await ok('tenant', 'archive', slug);
    expect(await refusal('tenant', 'suspend', slug)).toEqual([5, 'INVALID_STATE']);
  });

  it('renames without moving anything', async () => {
    const { slug, schemaName } = await company('Old name');
    const { tenant: other } = await here.company('Other');
    expect(await ok('tenant', 'rename', slug, 'new-name', '--name', 'New Name')).toMatchObject({
      slug: 'new-name',
      name: 'New Name',
    });
    expect(await ok('tenant', 'show', 'new-name')).toMatchObject({ schemaName });
    expect(await refusal('tenant', 'show', slug)).toEqual([4, 'TENANT_NOT_FOUND']);
    expect(await refusal('tenant', 'rename', 'new-name', other.slug)).toEqual([5, 'ALREADY_EXISTS']);
    expect(await refusal('tenant', 'rename', 'new-name', 'A!')).toEqual([2, 'BAD_INPUT']);
  });

  it('deletes after a grace period, and undoes that', async () => {
    const { slug } = await company('Graced');
    const doomed = await ok('tenant', 'delete', slug, '--yes', '--grace', '12h');
    expect(doomed.status).toBe('DELETING');
    expect(Date.parse(doomed.deleteAfter) - Date.now()).toBeLessThan(12 * 3_600_000 + 1);
    const { stdout } = await chantier(['tenant', 'list']);
    expect(stdout).toMatch(new RegExp(`^${slug} .*DELETING until ${doomed.deleteAfter.slice(0, 10)} `, 'm'));
    expect(await ok('tenant', 'undelete', slug)).toMatchObject({ status: 'ACTIVE', deleteAfter: null });
    expect(await refusal('tenant', 'undelete', slug)).toEqual([5, 'INVALID_STATE']);
    expect(await refusal('tenant', 'delete', slug, '--yes', '--grace', 'soon')).toEqual([2, 'BAD_INPUT']);
  });

  it('deletes at once only with confirmation, and keeps the receipt', async () => {
    const { id, slug } = await company('Hasty');
    expect(await refusal('tenant', 'delete', slug, '--now')).toEqual([2, 'BAD_INPUT']);
    expect(await ok('tenant', 'show', slug)).toMatchObject({ status: 'ACTIVE' });
    const receipt = await ok('tenant', 'delete', slug, '--now', '--yes');
    expect(receipt).toMatchObject({ organizationId: `Organization:${id}`, slug, sha256: expect.any(String) });
    for (const name of [slug, id, `Organization:${id}`]) expect(await ok('tenant', 'receipt', name)).toEqual(receipt);
    expect((await chantier(['tenant', 'receipt', slug])).stdout).toContain(receipt.sha256);
    expect(await refusal('tenant', 'show', slug)).toEqual([4, 'TENANT_NOT_FOUND']);
    expect(await refusal('tenant', 'receipt', 'nobody-here')).toEqual([4, 'NOT_FOUND']);
  });

  it('writes a final archive before anything is dropped, and stops without it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chantier-last-'));
    const { slug } = await company('Archived last');
    const blocked = path.join(folder, 'file');
    await writeFile(blocked, '');
    const refused = await chantier(['tenant', 'delete', slug, '--now', '--yes', '--backup', blocked]);
    expect(refused.code).not.toBe(0);
    expect(await ok('tenant', 'show', slug)).toMatchObject({ status: 'DELETING' });
    const { stderr } = await chantier(['tenant', 'delete', slug, '--now', '--yes', '--backup', folder]);
    const [, file] = /^last archive: (.*)$/m.exec(stderr) ?? [];
    expect((await stat(file!)).size).toBeGreaterThan(1000);
    expect(await refusal('tenant', 'show', slug)).toEqual([4, 'TENANT_NOT_FOUND']);
    await rm(folder, { recursive: true });
  });

  it('purges what is due', async () => {
    const { slug } = await company('Due');
    await ok('tenant', 'delete', slug, '--yes', '--grace', '1s');
    // Due a moment later: who asks before that finds nothing to do
    await expect.poll(async () => (await ok('tenant', 'purge', '--yes')).organizations).toEqual([slug]);
    expect((await chantier(['tenant', 'purge', '--yes'])).stdout).toBe('dropped: 0 organizations, 0 other schemas\n');
  });

  it('creates and lists spares, which new organizations use', async () => {
    expect((await chantier(['tenant', 'spares'])).stdout).toBe('none\nspares: 0 ready\n');
    expect(await ok('tenant', 'spares', '--keep', '2', '--parallel', '2')).toMatchObject({ made: 2, ready: 2 });
    expect((await chantier(['tenant', 'list'])).stdout).toMatch(/\nspares: 2\n$/);
    const { schemaName } = await ok('tenant', 'create', 'Quick', '--slug', 'quick');
    const { made, ready, spares } = await ok('tenant', 'spares');
    expect([made, ready]).toEqual([0, 1]);
    expect(spares.map((spare: { schemaName: string }) => spare.schemaName)).not.toContain(schemaName);
    expect(await refusal('tenant', 'spares', '--keep', '0')).toEqual([2, 'BAD_INPUT']);
    const stopped = await chantier(['tenant', 'spares', '--keep', '9'], { signal: AbortSignal.abort() });
    expect(stopped.code).toBe(6);
  });

  it('switches neither core modules nor unknown ones', async () => {
    const { slug } = await company('Modular');
    for (const module of ['tasks', 'nothing']) {
      expect(await refusal('tenant', 'module', 'enable', slug, module)).toEqual([2, 'BAD_INPUT']);
      expect(await refusal('tenant', 'module', 'disable', slug, module)).toEqual([2, 'BAD_INPUT']);
    }
    expect(await refusal('tenant', 'module', 'disable', slug, 'tasks', '--purge')).toEqual([2, 'BAD_INPUT']);
  });
});

describe('chantier audit', () => {
  it('pages through the audit log of an organization, also of a deleted one', async () => {
    const { id, slug } = await company('Watched');
    for (const command of ['suspend', 'resume', 'archive']) await ok('tenant', command, slug);
    await ok('tenant', 'delete', slug, '--now', '--yes');
    const entries: { action: string; organizationId: string }[] = [];
    for (let next: string | null = 'first'; next !== null; ) {
      const page = await ok('audit', '--tenant', slug, '--limit', '2', ...(next === 'first' ? [] : ['--before', next]));
      expect(page.entries.length).toBeLessThanOrEqual(2);
      entries.push(...page.entries);
      next = page.next;
    }
    expect(entries.map(({ action }) => action.replace('organization.', '')).reverse()).toEqual([
      'created',
      'suspended',
      'resumed',
      'archived',
      'deletion_requested',
      'drop_started',
      'schema_dropped',
      'deleted',
    ]);
    expect(new Set(entries.map(({ organizationId }) => organizationId))).toEqual(new Set([id]));
  });

  it('filters by time and kind of entry', async () => {
    const { id, slug } = await company('Lately');
    const since = new Date(Date.now() + 60_000).toISOString();
    expect((await ok('audit', '--tenant', slug, '--since', since)).entries).toEqual([]);
    expect((await ok('audit', '--tenant', slug, '--since', '1h')).entries).toHaveLength(1);
    const { entries } = await ok('audit', '--action', 'organization.created', '--limit', '1000');
    expect(entries.filter((entry: { organizationId: string }) => entry.organizationId === id)).toHaveLength(1);
    const { stdout } = await chantier(['audit', '--limit', '1']);
    expect(stdout).toMatch(
      /^AT +ACTION +OUTCOME +BY +ORGANIZATION +MORE\n.*\nthere is more: add --before [0-9a-f-]{36}\n$/,
    );
    expect(await refusal('audit', '--since', 'long ago')).toEqual([2, 'BAD_INPUT']);
    expect(await refusal('audit', '--tenant', 'nobody-here')).toEqual([4, 'TENANT_NOT_FOUND']);
  });
});
