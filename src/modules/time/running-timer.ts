import { builder } from '../../graphql/declare/builder.ts';
import { rowOf } from '../../graphql/declare/pages.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { defineResource } from '../events/resource.ts';
import { readableTime } from './policy.ts';

/** Only the read half: starting and stopping are mutations of their own. */
export const RunningTimer = defineResource('runningTimers', {
  name: 'RunningTimer',
  description: 'The stopwatch of a person, running now. Stopping it records the time.',
  read: readableTime,
  fields: {
    profile: 'Who works; null when you may not see them.',
    project: 'The project; null when you may not see it.',
    task: 'The task of that project, if it is about one.',
    description: { description: 'What is being done.', personal: workText('profileId') },
    billable: 'Whether the client can be billed for it.',
    startedAt: 'When it was started.',
  },
  list: 'The timers that run now: who is working on what.',
});

const ownTimer = ({ profileId }: Viewer) => ({ profileId });

builder.queryField('runningTimer', (t) =>
  t.drizzleField({
    type: RunningTimer,
    nullable: true,
    authScopes: { member: true },
    extensions: rowOf('runningTimers', ownTimer),
    description: 'Your timer; null while it is not running.',
    resolve: (query, _root, _args, ctx) => ctx.db.query.runningTimers.findFirst(query({ where: ownTimer(ctx.viewer) })),
  }),
);
