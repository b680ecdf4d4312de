import { toPascalCase, withArticle } from '../../graphql/declare/resource/naming.ts';
import type { ResourceNames } from './resource-names.ts';

export const relationsFile = (constant: string): string => `import { defineRelationsPart } from 'drizzle-orm';
import * as tables from './tables.ts';

export const ${constant} = defineRelationsPart(tables);
`;

export const tableImports = [
  { names: ['uniqueIndex'], from: 'drizzle-orm/pg-core' },
  { names: ['externalReference', 'label', 'lifetime', 'primaryId', 'table', 'version'], from: '../../lib/columns.ts' },
];

export const tableOf = ({ table, sqlTable }: ResourceNames): string => `
export const ${table} = table(
  '${sqlTable}',
  {
    id: primaryId(),
    name: label().notNull(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [uniqueIndex('${sqlTable}_external_reference').on(t.externalReference)],
);
`;

const ruleOf = ({ table }: ResourceNames): string => `readable${toPascalCase(table)}`;

export const policyOf = (names: ResourceNames): string => `
/**
 * Whoever may see projects sees every ${names.words}; a CLIENT sees none. A rule can also be a filter, such as \`{
 * project: { client: { contactId: viewer.profileId } } }\`.
 */
export const ${ruleOf(names)} = (viewer: Viewer): RowRule<'${names.table}'> =>
  viewer.permissions.has('project:read') && viewer.role !== 'CLIENT' ? 'all' : 'none';
`;

export const policyImports = [
  { names: ['type RowRule'], from: '../../access/row-rules.ts' },
  { names: ['type Viewer'], from: '../../identity/viewer.ts' },
];

export const declarationOf = (names: ResourceNames, optional: boolean): string => {
  const { type, table, words, module } = names;
  return `import { defineResource } from '../events/resource.ts';
import { ${ruleOf(names)} } from './policy.ts';

defineResource('${table}', {
  name: '${type}',
  description: '${toPascalCase(withArticle(words))}.',${optional ? `\n  module: '${module}',` : ''}
  read: ${ruleOf(names)},
  write: 'project:write',
  fields: {
    name: { description: 'Name.', personal: false },
  },
  create: { writes: ['name'] },
  update: { writes: ['name'] },
  upsert: 500,
  delete: true,
});
`;
};

export const testOf = (names: ResourceNames, optional: boolean): string => {
  const { type, field, table, module } = names;
  return `import { expect, it } from 'vitest';
${optional ? "import { enableModule } from '../../src/fleet/schemas/switch-module.ts';\n" : ''}import { world } from '../support/world.ts';

const server = await world();
const company = await server.company('${type}');
${optional ? `await enableModule(server.app.fleet, company.tenant.id, '${module}', { actor: { kind: 'SYSTEM' } });\n` : ''}const manager = await company.as('MANAGER');

it('is created, changed, listed by one SQL statement and deleted, with an event for each change', async () => {
  const { create${type}: created } = await manager.ok(
    'mutation { create${type}(input: { name: "First" }) { ${field} { id version } } }',
  );
  const { id } = created.${field};
  const change = \`mutation { update${type}(input: { id: "\${id}", name: "Second" }) { ${field} { name version } } }\`;
  expect((await manager.ok(change)).update${type}.${field}).toEqual({ name: 'Second', version: 2 });
  const list = '{ ${table}(where: { name: { eq: "Second" } }) { totalCount nodes { id } } }';
  const { data, statements } = await manager.graphql(list);
  expect(data.${table}).toEqual({ totalCount: 1, nodes: [{ id }] });
  expect(statements).toHaveLength(1);
  await manager.ok(\`mutation { delete${type}(input: { id: "\${id}" }) { deletedId } }\`);
  expect((await manager.ok(list)).${table}.totalCount).toBe(0);
  const { events } = await manager.ok(\`{ events(where: { resource: "\${id}" }) { nodes { action } } }\`);
  expect(events.nodes.map(({ action }: { action: string }) => action)).toEqual([
    '${field}.created',
    '${field}.updated',
    '${field}.deleted',
  ]);
});

it('is hidden from a CLIENT', async () => {
  await manager.ok('mutation { create${type}(input: { name: "Hidden" }) { lastEventId } }');
  const client = await company.as('CLIENT');
  const change = 'mutation { create${type}(input: { name: "x" }) { lastEventId } }';
  for (const operation of ['{ ${table} { totalCount } }', change]) {
    const { errors } = await client.graphql(operation);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  }
});
${optional ? offTest(names) : ''}`;
};

const offTest = ({ type, table }: ResourceNames): string => `
it('answers MODULE_DISABLED on every path while the module is off, and hides its events', async () => {
  const elsewhere = await (await server.company('Without')).as('OWNER');
  const documents = [
    '{ ${table} { totalCount } }',
    '{ node(id: "${type}:01a00000-0000-7000-8000-000000000000") { id } }',
    '{ nodes(ids: ["${type}:01a00000-0000-7000-8000-000000000000"]) { id } }',
    'mutation { create${type}(input: { name: "x" }) { lastEventId } }',
  ];
  for (const document of documents)
    expect((await elsewhere.graphql(document)).errors.map(({ extensions }) => extensions.code), document).toEqual([
      'MODULE_DISABLED',
    ]);
  for (const member of [elsewhere, await elsewhere.company.as('MEMBER')])
    expect((await member.ok('{ events { nodes { resourceType } } }')).events.nodes).not.toContainEqual({
      resourceType: '${type}',
    });
});
`;
