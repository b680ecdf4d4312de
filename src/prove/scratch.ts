import type { Admin } from '../db/admin.ts';
import { provisionTenant } from '../fleet/schemas/provision.ts';
import { registerDocuments } from '../graphql/documents/register-documents.ts';
import { addMember } from '../identity/add-member.ts';
import { createApiKey } from '../identity/create-api-key.ts';
import { createUser } from '../identity/create-user.ts';
import { allPermissions, permissionsOf } from '../identity/permissions.ts';
import type { Person } from '../identity/profile-gateway.ts';
import { type Role, roles } from '../identity/roles.ts';
import { openSession, signedIn } from '../identity/sessions.ts';
import { optionalModules } from '../tenancy/modules.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { idsShownTo } from './found-ids.ts';
import { hideRows, markTexts } from './mark.ts';
import { hiddenMarkerOf, mailDomain, markerOf, slugFor } from './scratch-names.ts';
import type { ScratchMember, ScratchOrganization } from './scratch-organization.ts';
import { seedScratch } from './seed-scratch.ts';
import { seedSecrets } from './seed-secrets.ts';
import type { ProofTarget } from './target.ts';
import { TenantRows } from './tenant-rows.ts';

export type Pair = readonly [ScratchOrganization, ScratchOrganization];

const times = { timeZone: 'Europe/Paris', currency: 'EUR' };

/** Creates the two organizations of a run, filled with marked rows. */
export async function makeScratch(target: ProofTarget, admin: Admin, run: string): Promise<Pair> {
  const agent = await createUser(target.identity, personOf(run, 'agent', 'Double'));
  const organizations = await Promise.all([
    makeOrganization(target, admin, run, { letter: 'a', locale: 'fr-FR', agent }),
    makeOrganization(target, admin, run, { letter: 'b', locale: 'en-CA', agent }),
  ]);
  await gatherSecrets(organizations);
  return organizations;
}

interface Plan {
  letter: string;
  locale: string;
  agent: Person;
}

async function makeOrganization(
  target: ProofTarget,
  admin: Admin,
  run: string,
  plan: Plan,
): Promise<ScratchOrganization> {
  const { fleet } = target;
  const { letter, locale, agent } = plan;
  const marker = markerOf(run, letter);
  const tenant = await provisionTenant(fleet, {
    name: `Scratch ${marker}`,
    slug: slugFor(run, letter),
    locale,
    ...times,
    modules: [...optionalModules],
  });
  const members = new Map<Role, ScratchMember>();
  for (const role of roles) {
    const person = await createUser(target.identity, personOf(run, `${role.toLowerCase()}.${letter}`, marker));
    members.set(role, await join(target, tenant, person, role));
  }
  const owner = members.get('OWNER')!;
  const key = { name: `key ${marker}`, scopes: allPermissions };
  const { key: secret } = await createApiKey(target.identity, owner.viewer, key, {});
  await registerScratchDocument(target, tenant, marker);
  const organization: ScratchOrganization = {
    tenant,
    marker,
    hiddenMarker: hiddenMarkerOf(run, letter),
    members,
    agent: await join(target, tenant, agent, 'MANAGER'),
    apiKey: { authorization: `Bearer ${secret}` },
    rows: new TenantRows(admin, fleet.installation, tenant),
    ids: new Map(),
    secrets: new Set(),
    marks: { marked: [], unmarked: [] },
  };
  await seedScratch(target, organization);
  const hidden = await seedSecrets(target, organization);
  organization.marks = await markTexts(organization.rows, tenant.schemaName, marker, mailDomain(run));
  for (const related of hidden)
    await hideRows(organization.rows, tenant.schemaName, related, organization.hiddenMarker);
  organization.ids = await idsShownTo(target, organization);
  return organization;
}

/** Gives the organization a client version. */
async function registerScratchDocument({ catalog, identity, schema }: ProofTarget, { id }: Tenant, marker: string) {
  const limits = { complexity: 100, depth: 10, breadth: 10 };
  const documents = [{ id: marker, text: '{ viewer { role } }' }];
  const input = { client: `client ${marker}`, version: '1', documents };
  await registerDocuments({ catalog, clock: identity.clock, schema, limits }, id, input, { actor: { kind: 'SYSTEM' } });
}

const personOf = (run: string, name: string, lastName: string) => ({
  email: `${name}@${mailDomain(run)}`,
  firstName: name,
  lastName,
});

async function join(
  { identity, catalog }: ProofTarget,
  tenant: Tenant,
  person: Person,
  role: Role,
): Promise<ScratchMember> {
  const { userId } = person;
  const organizationId = tenant.id;
  const { id, profileId } = await addMember(identity, { person, tenant, role, actor: { kind: 'SYSTEM' } }, {});
  const opened = await catalog.write((tx) =>
    openSession(identity, tx, { userId, organizationId, deviceName: 'chantier tenant prove' }, {}),
  );
  const session = await signedIn(identity, { ...person, id: userId }, opened);
  const grants = { permissions: permissionsOf(role), modules: tenant.modules, roleClass: 'job' as const };
  return {
    viewer: { ...person, membershipId: id, profileId, organizationId, role, ...grants },
    session,
    headers: { authorization: `Bearer ${session.accessToken}` },
  };
}

/** Updates the values that only one of the organizations has. The member of both is no secret to either. */
export async function gatherSecrets(organizations: Pair): Promise<void> {
  const known = await Promise.all(organizations.map((organization) => secretsOf(organization)));
  for (const [index, organization] of organizations.entries()) {
    organization.secrets = known[index]!.difference(known[1 - index]!);
  }
}

async function secretsOf({ tenant, rows, ids, members }: ScratchOrganization): Promise<Set<string>> {
  const shown = [...ids.values()].flat().map((id) => id.slice(id.indexOf(':') + 1));
  const people = [...members.values()].map(({ viewer }) => viewer.email);
  return new Set([...(await rows.uuids()), ...shown, ...people, tenant.id, tenant.schemaName, tenant.roleName]);
}
