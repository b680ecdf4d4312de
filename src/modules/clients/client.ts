import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection, listOf } from '../../graphql/declare/pages.ts';
import { Profile } from '../people/profile.ts';
import { clientPage } from './client-filter.ts';
import { readableClients } from './policy.ts';
import { clients } from './tables.ts';

defineRowRule('clients', readableClients);

export const Client = builder.drizzleNode('clients', {
  name: 'Client',
  description: 'A company that projects are done for.',
  id: { column: clients.id },
  select: { columns: {} },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the company.' }),
    mainContact: t.exposeString('mainContact', { nullable: true, description: 'Name of the person to talk to.' }),
    sector: t.exposeString('sector', { nullable: true, description: 'What the company does.' }),
    contact: t.relation('contact', {
      nullable: true,
      description: 'The person who, as a CLIENT, sees the projects of this client.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this client in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ClientConnection = defineConnection(Client, 'Client');

builder.drizzleObjectFields(Profile, (t) => ({
  clients: t.relatedConnection(
    'clients',
    {
      args: clientPage.args,
      totalCount: true,
      description: 'The clients whose projects this person may see as a CLIENT.',
      query: clientPage.query,
    },
    ...ClientConnection,
  ),
}));

builder.queryField('clients', (t) =>
  t.drizzleConnection(
    {
      type: Client,
      args: clientPage.args,
      authScopes: { member: true },
      extensions: listOf(clientPage),
      description: 'The clients of the company.',
      totalCount: (_root, args, ctx) => ctx.db.count('clients', clientPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.clients.findMany(query(clientPage.query(args))),
    },
    ...ClientConnection,
  ),
);
