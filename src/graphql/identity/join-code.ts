import type { JoinCode as JoinCodeShape } from '../../identity/create-join-code.ts';
import { listJoinCodes } from '../../identity/list-open-entries.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';

export const JoinCode = builder.objectRef<JoinCodeShape>('JoinCode').implement({
  description: 'A code with which anybody who knows it can join the organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('JoinCode', id) }),
    code: t.exposeString('code', { description: 'The code; case and dash do not matter.' }),
    role: t.expose('role', { type: Role, description: 'The role that people get.' }),
    uses: t.exposeInt('uses', { description: 'Number of people who joined with it.' }),
    maxUses: t.exposeInt('maxUses', {
      nullable: true,
      description: 'How many people can join with it; null for no limit.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null for never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

builder.queryField('joinCodes', (t) =>
  t.field({
    type: [JoinCode],
    authScopes: { permission: 'member:manage' },
    description: 'The codes that are not revoked, newest first, at most 200. Needs member:manage.',
    resolve: (_root, _args, ctx) => listJoinCodes(ctx.services.identity, ctx.viewer),
  }),
);
