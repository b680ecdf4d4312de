import { badInput } from '../../lib/errors.ts';
import { builder } from '../declare/builder.ts';
import type { ListedClientVersion, ListedDocument } from '../documents/client-versions.ts';
import { isDocumentId } from '../documents/document-id.ts';
import {
  getOwnClientVersion,
  listOwnClientVersions,
  listOwnDocuments,
  registerOwnDocuments,
  retireOwnClientVersion,
} from '../documents/own-documents.ts';
import type { RefusedDocument, RegistrationResult } from '../documents/register-documents.ts';
import { defineCatalogMutation, originOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';

const ClientVersionState = builder.enumType('ClientVersionState', {
  description: 'Whether clients of a version may run its documents.',
  values: {
    PENDING: { description: 'Not yet: register the version again to make it active.' },
    ACTIVE: { description: 'They may.' },
    RETIRED: { description: 'No longer, unless another version has the document too.' },
  } satisfies Record<ListedClientVersion['state'], { description: string }>,
});

const mostInt = 2 ** 31 - 1;
const usesOf = ({ uses }: { uses: number }) => Math.min(uses, mostInt);

const ClientVersion = builder.objectRef<ListedClientVersion>('ClientVersion').implement({
  description: 'A version of a client program, with the documents that were registered for it.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('ClientVersion', id) }),
    client: t.exposeString('client', { description: 'The name of the client program.' }),
    version: t.exposeString('version', { description: 'Its version.' }),
    state: t.expose('state', { type: ClientVersionState, description: 'Whether clients may run its documents.' }),
    documentCount: t.exposeInt('documents', { description: 'The number of its documents.' }),
    uses: t.int({ description: 'How often its documents were run, at most 2147483647.', resolve: usesOf }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When one of its documents was last run; null for never. Known after 10 seconds.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first registered.' }),
    retiredAt: t.expose('retiredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was retired; null if it is not.',
    }),
  }),
});

const RegisteredDocument = builder.objectRef<ListedDocument>('RegisteredDocument').implement({
  description: 'A document that clients may run by its id.',
  fields: (t) => ({
    documentId: t.exposeString('documentId', { description: 'The id that clients send.' }),
    text: t.exposeString('text', { description: 'The document.' }),
    operations: t.exposeStringList('operations', { description: 'The names of its operations.' }),
    uses: t.int({ description: 'How often clients of this version ran it, at most 2147483647.', resolve: usesOf }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When clients of this version last ran it; null for never. Known after 10 seconds.',
    }),
  }),
});

builder.queryField('clientVersions', (t) =>
  t.field({
    type: [ClientVersion],
    authScopes: { permission: 'organization:manage' },
    description:
      'The client versions with documents that were registered for this organization alone, newest first, at most 200. Needs ' +
      'organization:manage.',
    resolve: (_root, _args, ctx) => listOwnClientVersions(ctx.services.identity.catalog, ctx.viewer),
  }),
);

const longestPage = 100;

builder.queryField('registeredDocuments', (t) =>
  t.field({
    type: [RegisteredDocument],
    authScopes: { permission: 'organization:manage' },
    description: 'The documents of a client version, ordered by their ids. Needs organization:manage.',
    args: {
      clientVersionId: t.arg.globalID({ required: true, description: 'The client version.' }),
      first: t.arg.int({ description: 'How many: 1 to 100; 100 by default.' }),
      after: t.arg.string({ maxLength: 200, description: 'Only documents after this documentId.' }),
    },
    resolve: (_root, { clientVersionId, first, after }, ctx) => {
      const id = uuidOf(clientVersionId, 'ClientVersion', 'clientVersionId');
      return listOwnDocuments(ctx.services.identity.catalog, ctx.viewer, id, pageOf(first, after));
    },
  }),
);

function pageOf(first: number | null | undefined, after: string | null | undefined) {
  const many = first ?? longestPage;
  if (many < 1 || many > longestPage) throw badInput(`must be 1 to ${longestPage}`, 'first');
  if (after != null && !isDocumentId(after)) throw badInput('must be the id of a document', 'after');
  return { first: many, after: after ?? undefined };
}

const DocumentInput = builder.inputType('DocumentInput', {
  description: 'A document to register.',
  fields: (t) => ({
    id: t.string({
      required: true,
      maxLength: 128,
      description:
        'The id that clients will send: `sha256:` and the SHA-256 of the text, or 1 to 128 letters, digits or -_.:/~ of your choice.',
    }),
    text: t.string({ required: true, maxLength: 200_000, description: 'The document.' }),
  }),
});

const RefusedDocumentRef = builder.objectRef<RefusedDocument>('RefusedDocument').implement({
  description: 'A document that was not registered.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Its id, as given.' }),
    code: t.exposeString('code', { description: 'The error code of a request with it.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
  }),
});

const label = { required: true, maxLength: 100 } as const;

defineCatalogMutation('registerDocuments', {
  description:
    'Registers documents of a client version for this organization alone: all of them, or none if one is refused. Register ' +
    'more than 100 in several calls, with `pending` in all but the last. Registering a retired version again makes it ' +
    'active. Needs organization:manage; not for API keys that run registered documents only.',
  caller: 'member',
  input: (t) => ({
    client: t.string({ ...label, description: 'The name of the client program.' }),
    version: t.string({ ...label, description: 'Its version.' }),
    pending: t.boolean({
      description: 'True: clients cannot run the documents of a new version yet. False by default.',
    }),
    documents: t.field({
      type: [DocumentInput],
      required: true,
      maxItems: 100,
      description: 'The documents. An id means one text for ever.',
    }),
  }),
  run: (ctx, input) => {
    const { identity, documents } = ctx.services;
    const { catalog, clock } = identity;
    const { limits, address = '' } = ctx.request;
    const turn = () => documents.turns.take(address);
    return registerOwnDocuments(
      { catalog, clock, limits, schema: documents.schema, turn },
      ctx.viewer,
      input,
      originOf(ctx),
    );
  },
  payload: (t) => ({
    clientVersion: t.field({
      type: ClientVersion,
      nullable: true,
      description: 'The client version; null if the documents of a new version were refused.',
      resolve: ({ clientVersionId }: RegistrationResult, _args, ctx) =>
        clientVersionId ? getOwnClientVersion(ctx.services.identity.catalog, ctx.viewer, clientVersionId) : null,
    }),
    added: t.exposeStringList('added', { description: 'The ids of documents that were not registered before.' }),
    known: t.exposeStringList('known', { description: 'The ids of documents that were registered before.' }),
    refused: t.expose('refused', {
      type: [RefusedDocumentRef],
      description: 'The documents that were refused: if there are any, nothing was registered.',
    }),
  }),
});

defineCatalogMutation('retireClientVersion', {
  description:
    'Refuses the documents that only this client version has, from now on. Register the version again to undo this. Needs ' +
    'organization:manage.',
  caller: 'member',
  input: (t) => ({ clientVersionId: t.globalID({ required: true, description: 'The client version.' }) }),
  run: async (ctx, { clientVersionId }) => {
    const id = uuidOf(clientVersionId, 'ClientVersion', 'input.clientVersionId');
    const { identity } = ctx.services;
    return { clientVersion: await retireOwnClientVersion(identity, ctx.viewer, id, originOf(ctx)) };
  },
  payload: (t) => ({
    clientVersion: t.expose('clientVersion', { type: ClientVersion, description: 'The retired version.' }),
  }),
});
