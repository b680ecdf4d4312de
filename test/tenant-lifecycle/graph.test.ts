import { describe, expect, it } from 'vitest';
import { undeleteOrganization } from '../../src/fleet/deletion/undelete-organization.ts';
import { createPart, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import type { Company } from '../support/world.ts';
import { world } from '../support/world.ts';

const here = await world();
const update = `mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) { organization { id name slug website version } }
}`;
const close = (name: string) =>
  `mutation ($slug: String!) { ${name}(input: { slug: $slug }) { organization { status } } }`;
const viewer = '{ viewer { organization { status slug modules } } }';

const actionsOf = async ({ tenant }: Company) => {
  const rows = await here.app.catalog.read((db) =>
    db.query.auditLogs.findMany({
      columns: { action: true, actorKind: true },
      where: { organizationId: tenant.id, action: { like: 'organization.%' }, actorKind: 'USER' },
    }),
  );
  return rows.map(({ action }) => action).sort();
};

describe('an organization', () => {
  it('is renamed by its administrators; absent stays, null clears', async () => {
    const company = await here.company();
    const admin = await company.as('ADMIN');
    const slug = `renamed-${company.tenant.slug}`;
    const first = await admin.ok(update, { input: { slug, website: 'https://acme.example' } });
    const { organization } = first.updateOrganization;
    expect(organization).toMatchObject({ slug, name: 'Acme', website: 'https://acme.example' });
    expect(organization.id).toBe(`Organization:${company.tenant.id}`);
    const second = await admin.ok(update, { input: { website: null, expectedVersion: organization.version } });
    expect(second.updateOrganization.organization).toMatchObject({ slug, website: null });
    const stale = await admin.graphql(update, { input: { name: 'Late', expectedVersion: organization.version } });
    expect(stale.errors[0]?.extensions).toMatchObject({ code: 'STALE_VERSION', current: { name: 'Acme', slug } });
    expect(JSON.stringify(stale.errors)).not.toContain(company.tenant.schemaName);
    const taken = await here.company('Other');
    const refused = await admin.graphql(update, { input: { slug: taken.tenant.slug } });
    expect(refused.errors[0]?.extensions.code).toBe('ALREADY_EXISTS');
    expect(await actionsOf(company)).toEqual(['organization.updated', 'organization.updated']);
  });

  it('gets neither a new version nor a row in the audit log if nothing changes', async () => {
    const company = await here.company();
    const admin = await company.as('ADMIN');
    for (const input of [{}, { name: 'Acme' }, { slug: company.tenant.slug, website: null }]) {
      const { updateOrganization } = await admin.ok(update, { input });
      expect(updateOrganization.organization, JSON.stringify(input)).toMatchObject({ name: 'Acme', version: 1 });
    }
    expect(await actionsOf(company)).toEqual([]);
  });

  it('keeps its currency while it has amounts of money, also those of deleted objects', async () => {
    const company = await here.company();
    const [admin, manager] = [await company.as('ADMIN'), await company.as('MANAGER')];
    const change = async (currency: string) =>
      (await admin.graphql(update, { input: { currency } })).errors.map(({ extensions }) => extensions);
    expect(await change('USD')).toEqual([]);
    const projectId = await createProject(manager);
    expect(await change('CHF')).toEqual([]);
    const person = { profileId: `Profile:${manager.profileId}`, allocationPercent: 5 };
    await createPart(manager, 'ProjectAssignment', { projectId, ...person, saleRate: '500' });
    const refused = [expect.objectContaining({ code: 'IN_USE', field: 'input.currency' })];
    expect(await change('EUR')).toEqual(refused);
    expect(await change('CHF')).toEqual([]);
    await run(manager, 'deleteProject', { id: projectId }, 'deletedId');
    expect(await change('EUR')).toEqual(refused);
    expect(await change('xx')).toEqual([expect.objectContaining({ code: 'BAD_INPUT', field: 'input.currency' })]);
  });

  it('cannot be changed without the permission', async () => {
    const company = await here.company();
    const manager = await company.as('MANAGER');
    const documents: [string, object][] = [
      [update, { input: { name: 'Mine' } }],
      ['mutation { enableModule(input: { module: "tasks" }) { organization { modules } } }', {}],
      ['mutation { disableModule(input: { module: "tasks" }) { organization { modules } } }', {}],
    ];
    for (const [document, variables] of documents) {
      const { errors } = await manager.graphql(document, { ...variables });
      expect(errors[0]?.extensions.code, document).toBe('FORBIDDEN');
    }
  });

  it('is archived by an owner who types its slug', async () => {
    const company = await here.company();
    const { slug } = company.tenant;
    const [owner, admin] = [await company.as('OWNER'), await company.as('ADMIN')];
    for (const name of ['archiveOrganization', 'deleteOrganization']) {
      expect((await admin.graphql(close(name), { slug })).errors[0]?.extensions.code).toBe('FORBIDDEN');
      const other = await owner.graphql(close(name), { slug: 'another' });
      expect(other.errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.slug' });
    }
    const { archiveOrganization } = await owner.ok(close('archiveOrganization'), { slug });
    expect(archiveOrganization.organization.status).toBe('ARCHIVED');
    expect((await owner.graphql('{ projects { totalCount } }')).errors[0]?.extensions.code).toBe('TENANT_INACTIVE');
  });

  it('is deleted by an owner, is unavailable at once, and can be restored by an operator', async () => {
    const company = await here.company();
    const { slug, id } = company.tenant;
    const owner = await company.as('OWNER');
    const { deleteOrganization } = await owner.ok(
      'mutation ($slug: String!) { deleteOrganization(input: { slug: $slug }) { deleteAfter organization { status } } }',
      { slug },
    );
    expect(deleteOrganization.organization.status).toBe('DELETING');
    const days = (Date.parse(deleteOrganization.deleteAfter) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    const gone = await owner.graphql('{ projects { totalCount } }');
    expect(gone.errors[0]?.extensions.code).toBe('TENANT_NOT_FOUND');
    await undeleteOrganization(here.app.fleet, id, { actor: { kind: 'SYSTEM' } });
    expect((await owner.ok(viewer)).viewer.organization).toMatchObject({ status: 'ACTIVE', slug });
    expect(await actionsOf(company)).toEqual(['organization.deletion_requested']);
  });

  it('has every core module, which cannot be switched', async () => {
    const company = await here.company();
    const owner = await company.as('OWNER');
    expect((await owner.ok(viewer)).viewer.organization.modules).toEqual([]);
    for (const name of ['enableModule', 'disableModule']) {
      for (const module of ['tasks', 'nothing']) {
        const document = `mutation { ${name}(input: { module: "${module}" }) { organization { modules } } }`;
        const { errors } = await owner.graphql(document);
        expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.module' });
      }
    }
  });
});
