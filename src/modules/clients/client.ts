import { defineResource } from '../events/resource.ts';
import { readableClients } from './policy.ts';

export const Client = defineResource('clients', {
  name: 'Client',
  description: 'A customer for whom projects are done.',
  read: readableClients,
  write: 'client:write',
  fields: {
    name: { description: 'Name of the client.', personal: false },
    mainContact: {
      description: 'Name of the contact person.',
      max: 500,
      personal: {
        whose: { person: 'The client’s contact person, with or without a profile' },
        why: 'Reaches the client.',
        keep: 'As long as the client exists.',
        erase: 'CLEAR',
      },
    },
    sector: { description: 'The client’s line of business.', max: 500, personal: false },
    contact: {
      description: 'The person who sees the projects of this client if their role is CLIENT.',
      listDescription: 'The clients whose projects this person sees if their role is CLIENT.',
    },
  },
  search: { name: 'A', mainContact: 'B', sector: 'C' },
  list: 'The clients of the organization.',
  create: { writes: ['name', 'mainContact', 'contactId', 'sector'] },
  update: { writes: ['name', 'mainContact', 'contactId', 'sector'] },
  upsert: 500,
  delete: {
    description: 'Deletes a client. Fails with IN_USE while it has projects',
    inUse: 'This client still has projects or invoices',
  },
  trash: { name: 'name' },
});
