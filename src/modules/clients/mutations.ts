import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Client } from './client.ts';
import { createClient } from './create-client.ts';
import { deleteClient } from './delete-client.ts';
import { updateClient } from './update-client.ts';

defineMutation('createClient', {
  description: 'Adds a client. Needs client:write.',
  permission: 'client:write',
  input: (t) => ({
    name: t.string({ required: true, description: 'Name of the company, 1 to 200 characters.' }),
    mainContact: t.string({ description: 'Name of the person to talk to.' }),
    contactId: t.globalID({ for: Profile, description: 'Who, as a CLIENT, sees the projects of this client.' }),
    sector: t.string({ description: 'What the company does.' }),
    externalReference: t.string({ description: 'Your own key of this client; unique.' }),
  }),
  run: (ctx, input) => createClient(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ client: changed(t, Client, 'clients', ({ id }) => id) }),
});

defineMutation('updateClient', {
  description: 'Changes a client. Needs client:write. Absent fields stay, null clears.',
  permission: 'client:write',
  input: (t) => ({
    id: t.globalID({ for: Client, required: true, description: 'Which client.' }),
    name: t.string({ description: 'Name of the company, 1 to 200 characters.' }),
    mainContact: t.string({ description: 'Name of the person to talk to.' }),
    contactId: t.globalID({ for: Profile, description: 'Who, as a CLIENT, sees the projects of this client.' }),
    sector: t.string({ description: 'What the company does.' }),
    externalReference: t.string({ description: 'Your own key of this client; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateClient(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ client: changed(t, Client, 'clients', ({ id }) => id) }),
});

defineMutation('deleteClient', {
  description: 'Deletes a client. Needs client:write. Refused with IN_USE while it has projects.',
  permission: 'client:write',
  input: (t) => ({
    id: t.globalID({ for: Client, required: true, description: 'Which client.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteClient(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'Client') }),
});
