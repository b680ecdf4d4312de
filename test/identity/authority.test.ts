import { randomUUID } from 'node:crypto';
import { type GraphQLType, getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { addMember } from '../../src/identity/add-member.ts';
import { allPermissions, type Permission, permissionsOf } from '../../src/identity/permissions.ts';
import { type Role, roles } from '../../src/identity/roles.ts';
import { schema } from '../../src/schema.ts';
import { type Company, world } from '../support/world.ts';

const server = await world();

const enumName = (permission: string) => permission.replaceAll(/[:-]/g, '_').toUpperCase();
const held: Permission[] = ['client:read', 'task:read', 'cost:read', 'member:manage', 'organization:manage'];

/** Whether an input names roles or permissions, at any depth. */
const grants = (type: GraphQLType, seen = new Set<GraphQLType>()): boolean => {
  const named = getNamedType(type);
  if (isEnumType(named)) return ['Role', 'Permission'].includes(named.name);
  if (!isInputObjectType(named) || seen.has(named)) return false;
  seen.add(named);
  return Object.values(named.getFields()).some((field) => grants(field.type, seen));
};

const grantingMutations = Object.values(schema.getMutationType()!.getFields())
  .filter(({ args }) => args.some(({ type }) => grants(type)))
  .map(({ name }) => name);

interface Grantor {
  headers: Record<string, string>;
  role: Role;
  permissions: ReadonlySet<Permission>;
  isKey: boolean;
}

interface Case {
  values: readonly string[];
  input(value: string, target: string): object;
  /** What somebody must hold, as the rules say it. */
  needs(value: string): Iterable<Permission>;
  /** What even the strongest are refused with. */
  refused?(value: string, grantor: Grantor): string | undefined;
}

const ofRole = (role: string) => permissionsOf(role as Role);
const ownersOnly = (value: string, { role }: Grantor) =>
  value === 'OWNER' && role !== 'OWNER' ? 'FORBIDDEN' : undefined;

const cases: Record<string, Case> = {
  inviteMember: {
    values: roles,
    input: (role) => ({ role, email: `${randomUUID()}@example.org` }),
    needs: (role) => [...ofRole(role), 'member:manage'],
    refused: ownersOnly,
  },
  createJoinCode: {
    values: roles,
    input: (role) => ({ role }),
    needs: (role) => [...ofRole(role), 'member:manage'],
    refused: (role) => (['MANAGER', 'MEMBER'].includes(role) ? undefined : 'BAD_INPUT'),
  },
  changeMemberRole: {
    values: roles,
    input: (role, memberId) => ({ role, memberId }),
    needs: (role) => [...ofRole(role), ...ofRole('CLIENT'), 'member:manage'],
    refused: ownersOnly,
  },
  setPermission: {
    values: held.map(enumName),
    input: (permission) => ({ permission, role: 'CLIENT' }),
    needs: (value) => [named(value), ...ofRole('CLIENT'), 'organization:manage'],
  },
  createApiKey: {
    values: held.map(enumName),
    input: (scope) => ({ name: 'key', scopes: [scope] }),
    needs: (value) => [named(value), 'organization:manage'],
    refused: (_value, { isKey }) => (isKey ? 'FORBIDDEN' : undefined),
  },
};
const named = (value: string) => allPermissions.find((permission) => enumName(permission) === value)!;

/** The owner's key with these scopes. */
async function key(company: Company, scopes: readonly Permission[]): Promise<Grantor> {
  const owner = await company.as('OWNER');
  const input = { name: 'key', scopes: scopes.map(enumName) };
  const { createApiKey } = await owner.ok(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
    { input },
  );
  const headers = { authorization: `Bearer ${createApiKey.key}` };
  return { headers, role: 'ADMIN', permissions: new Set(scopes), isKey: true };
}

const person = async (company: Company, role: Role, more: readonly Permission[] = []): Promise<Grantor> => ({
  headers: (await company.as(role)).headers,
  role,
  permissions: new Set([...permissionsOf(role), ...more]),
  isKey: false,
});

async function give(company: Company, role: Role, permissions: readonly Permission[]): Promise<void> {
  const owner = await company.as('OWNER');
  for (const permission of permissions) {
    const input = { role, permission: enumName(permission), granted: true };
    await owner.ok('mutation ($input: SetPermissionInput!) { setPermission(input: $input) { role } }', { input });
  }
}

const grantors: Record<string, (company: Company) => Promise<Grantor>> = {
  'a key that only manages members': (company) => key(company, ['member:manage']),
  'a key that manages all and holds what a client holds': (company) =>
    key(company, ['member:manage', 'organization:manage', ...permissionsOf('CLIENT')]),
  'an owner’s key with every scope': (company) => key(company, allPermissions),
  'a manager who manages members by override': async (company) => {
    await give(company, 'CONSULTANT', ['member:manage', 'organization:manage']);
    return person(company, 'CONSULTANT', ['member:manage', 'organization:manage']);
  },
  'an administrator': (company) => person(company, 'ADMIN'),
  'an owner': (company) => person(company, 'OWNER'),
};

const call = async (name: string, input: object, headers: Record<string, string>) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { __typename } }`;
  const { errors } = await server.graphql(query, { input }, headers);
  return errors[0]?.extensions.code ?? 'ok';
};

it('knows every mutation that grants something', () => {
  expect(grantingMutations.sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(grantors))('%s', (_who, make) => {
  it('grants no more than it has, by any mutation', async () => {
    const company = await server.company();
    const [owner, client] = [await company.as('OWNER'), await company.as('CLIENT')];
    const { members } = await owner.ok('{ members { nodes { id user { email } } } }');
    const target = members.nodes.find(({ user }: { user: { email: string } }) => user.email === client.user.email).id;
    const grantor = await make(company);
    const overrides = grantor.role === 'CONSULTANT' ? (['member:manage', 'organization:manage'] as const) : [];
    for (const [name, { values, input, needs, refused }] of Object.entries(cases)) {
      for (const value of values) {
        const wanted = [...needs(value), ...(value === 'CONSULTANT' ? overrides : [])];
        const holds = wanted.every((permission) => grantor.permissions.has(permission));
        const expected = refused?.(value, grantor) ?? (holds ? 'ok' : 'FORBIDDEN');
        expect(await call(name, input(value, target), grantor.headers), `${name} ${value}`).toBe(expected);
        if (name === 'changeMemberRole') await call(name, { memberId: target, role: 'CLIENT' }, owner.headers);
      }
    }
  });
});

describe('an API key', () => {
  it('never acts as an owner, and sees no code that it could not have created', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    await owner.ok('mutation { createJoinCode(input: { role: MANAGER }) { joinCode { id } } }');
    const { headers } = await key(company, ['member:manage']);
    const { data } = await server.graphql('{ viewer { role } joinCodes { code } }', {}, headers);
    expect(data).toEqual({ viewer: { role: 'ADMIN' }, joinCodes: [] });
    const all = await key(company, allPermissions);
    const input = { slug: company.tenant.slug };
    expect(await call('archiveOrganization', input, all.headers)).toBe('FORBIDDEN');
  });

  it('cannot read its creator’s sessions, keys and other organizations', async () => {
    const [company, other] = [await server.company(), await server.company('Globex')];
    const owner = await company.as('OWNER');
    const { id: userId, ...names } = owner.user;
    await addMember(server.app.identity, { person: { userId, ...names }, tenant: other.tenant, role: 'MEMBER' }, {});
    expect((await owner.ok('{ viewer { organizations { role } } }')).viewer.organizations).toHaveLength(2);
    const { headers } = await key(company, ['project:read']);
    const { data } = await server.graphql('{ viewer { organizations { organization { name } } } }', {}, headers);
    expect(data.viewer.organizations).toEqual([{ organization: { name: 'Acme' } }]);
    for (const field of ['sessions', 'apiKeys']) {
      const { errors } = await server.graphql(`{ viewer { ${field} { id } } }`, {}, headers);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
  });
});
