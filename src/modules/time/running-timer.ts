import { builder } from '../../graphql/declare/builder.ts';
import { rowOf } from '../../graphql/declare/pages.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { defineResource } from '../events/resource.ts';
import { keepOutOfTrash } from '../events/trash-types.ts';
import { readableTime } from './policy.ts';

/** Only the read half: starting and stopping have their own mutations. */
export const RunningTimer = defineResource('runningTimers', {
  name: 'RunningTimer',
  description: 'A running timer of a person. Stopping it records the time.',
  read: readableTime,
  fields: {
    profile: 'The person; null if you may not see them.',
    project: 'The project; null if you may not see it.',
    task: 'The task of that project; null if none was given.',
    description: { description: 'Description of the work.', personal: workText('profileId') },
    billable: 'Whether the client can be billed for it.',
    startedAt: 'When it was started.',
  },
  list: 'The running timers: who is working on what.',
});

// Nobody works on a deleted object: a timer that came back would have counted all the time since
keepOutOfTrash('runningTimers');

const ownTimer = ({ profileId }: Viewer) => ({ profileId });

builder.queryField('runningTimer', (t) =>
  t.drizzleField({
    type: RunningTimer,
    nullable: true,
    authScopes: { member: true },
    extensions: rowOf('runningTimers', ownTimer),
    description: 'Your timer; null if it is not running.',
    resolve: (query, _root, _args, ctx) => ctx.db.query.runningTimers.findFirst(query({ where: ownTimer(ctx.viewer) })),
  }),
);
