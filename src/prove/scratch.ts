import type { Admin } from '../db/admin.ts';
import { provisionTenant } from '../fleet/schemas/provision.ts';
import { addMember } from '../identity/add-member.ts';
import { createApiKey } from '../identity/create-api-key.ts';
import { createUser } from '../identity/create-user.ts';
import { allPermissions, permissionsOf } from '../identity/permissions.ts';
import type { Person } from '../identity/profile-gateway.ts';
import { type Role, roles } from '../identity/roles.ts';
import { openSession, signedIn } from '../identity/sessions.ts';
import { optionalModules } from '../tenancy/modules.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { ScratchCompany, ScratchMember } from './company.ts';
import { idsShownTo } from './found-ids.ts';
import { hideRows, markTexts } from './mark.ts';
import { hiddenMarkerOf, mailDomain, markerOf, slugFor } from './scratch-names.ts';
import { seedScratch } from './seed-scratch.ts';
import { seedSecrets } from './seed-secrets.ts';
import type { ProofTarget } from './target.ts';
import { TenantRows } from './tenant-rows.ts';

export type Pair = readonly [ScratchCompany, ScratchCompany];

const times = { timeZone: 'Europe/Paris', currency: 'EUR' };

/** Makes the two organizations of a run, filled with rows that say whose they are. */
export async function makeScratch(target: ProofTarget, admin: Admin, run: string): Promise<Pair> {
  const agent = await createUser(target.identity, personOf(run, 'agent', 'Double'));
  const companies = await Promise.all([
    makeCompany(target, admin, run, { letter: 'a', locale: 'fr-FR', agent }),
    makeCompany(target, admin, run, { letter: 'b', locale: 'en-CA', agent }),
  ]);
  await gatherSecrets(companies);
  return companies;
}

interface Plan {
  letter: string;
  locale: string;
  agent: Person;
}

async function makeCompany(target: ProofTarget, admin: Admin, run: string, plan: Plan): Promise<ScratchCompany> {
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
  const company: ScratchCompany = {
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
  await seedScratch(target, company);
  const hidden = await seedSecrets(target, company);
  company.marks = await markTexts(company.rows, tenant.schemaName, marker, mailDomain(run));
  for (const family of hidden) await hideRows(company.rows, tenant.schemaName, family, company.hiddenMarker);
  company.ids = await idsShownTo(target, company);
  return company;
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
  const grants = { permissions: permissionsOf(role), roleClass: 'job' as const };
  return {
    viewer: { ...person, membershipId: id, profileId, organizationId, role, ...grants },
    session,
    headers: { authorization: `Bearer ${session.accessToken}` },
  };
}

/** What one organization knows and the other does not. Who belongs to both is no secret to either. */
export async function gatherSecrets(companies: Pair): Promise<void> {
  const known = await Promise.all(companies.map((company) => secretsOf(company)));
  for (const [index, company] of companies.entries()) {
    company.secrets = known[index]!.difference(known[1 - index]!);
  }
}

async function secretsOf({ tenant, rows, ids, members }: ScratchCompany): Promise<Set<string>> {
  const shown = [...ids.values()].flat().map((id) => id.slice(id.indexOf(':') + 1));
  const people = [...members.values()].map(({ viewer }) => viewer.email);
  return new Set([...(await rows.uuids()), ...shown, ...people, tenant.id, tenant.schemaName, tenant.roleName]);
}
