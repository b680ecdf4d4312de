import { defineResource } from '../events/resource.ts';
import { readableClients } from './policy.ts';

export const Client = defineResource('clients', {
  name: 'Client',
  description: 'A company that projects are done for.',
  read: readableClients,
  write: 'client:write',
  fields: {
    name: { description: 'Name of the company.', personal: false },
    mainContact: {
      description: 'Name of the person to talk to.',
      max: 500,
      personal: {
        whose: { person: 'The client’s contact, who needs no profile' },
        why: 'Reaches the client.',
        keep: 'As long as the client.',
        erase: 'CLEAR',
      },
    },
    sector: { description: 'What the company does.', max: 500, personal: false },
    contact: {
      description: 'The person who, as a CLIENT, sees the projects of this client.',
      listDescription: 'The clients whose projects this person may see as a CLIENT.',
    },
  },
  list: 'The clients of the organization.',
  create: { writes: ['name', 'mainContact', 'contactId', 'sector'] },
  update: { writes: ['name', 'mainContact', 'contactId', 'sector'] },
  delete: {
    description: 'Deletes a client. Refused with IN_USE while it has projects',
    inUse: 'This client still has projects',
  },
});
