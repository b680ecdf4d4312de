import type { JoinCode as JoinCodeShape } from '../../identity/create-join-code.ts';
import { listJoinCodes } from '../../identity/list-open-entries.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';

export const JoinCode = builder.objectRef<JoinCodeShape>('JoinCode').implement({
  description: 'A code by which anybody who knows it joins the organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('JoinCode', id) }),
    code: t.exposeString('code', { description: 'The code; case and dash do not matter.' }),
    role: t.expose('role', { type: Role, description: 'What those who join become.' }),
    uses: t.exposeInt('uses', { description: 'How many have joined by it.' }),
    maxUses: t.exposeInt('maxUses', { nullable: true, description: 'How many can; null for any number.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends by itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.queryField('joinCodes', (t) =>
  t.field({
    type: [JoinCode],
    authScopes: { permission: 'member:manage' },
    description: 'The codes that have not been revoked, the newest first, at most 200. Needs member:manage.',
    resolve: (_root, _args, ctx) => listJoinCodes(ctx.services.identity, ctx.viewer),
  }),
);
