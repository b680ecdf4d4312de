import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection, listOf, rowOf } from '../../graphql/declare/pages.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { readableTime } from './policy.ts';
import { runningTimers } from './tables.ts';
import { runningTimerPage } from './time-entry-filter.ts';

defineRowRule('runningTimers', readableTime);

export const RunningTimer = builder.drizzleNode('runningTimers', {
  name: 'RunningTimer',
  description: 'The stopwatch of a person, running now. Stopping it records the time.',
  id: { column: runningTimers.id },
  select: { columns: {} },
  fields: (t) => ({
    profile: t.relation('profile', { nullable: true, description: 'Who works; null when you may not see them.' }),
    project: t.relation('project', { nullable: true, description: 'The project; null when you may not see it.' }),
    task: t.relation('task', { nullable: true, description: 'The task of that project, if it is about one.' }),
    description: t.exposeString('description', { nullable: true, description: 'What is being done.' }),
    billable: t.exposeBoolean('billable', { description: 'Whether the client can be billed for it.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Since when it runs.' }),
  }),
});

const RunningTimerConnection = defineConnection(RunningTimer, 'RunningTimer');

const ownTimer = ({ profileId }: Viewer) => ({ profileId });

builder.queryFields((t) => ({
  runningTimer: t.drizzleField({
    type: RunningTimer,
    nullable: true,
    authScopes: { member: true },
    extensions: rowOf('runningTimers', ownTimer),
    description: 'Your timer; null while it is not running.',
    resolve: (query, _root, _args, ctx) => ctx.db.query.runningTimers.findFirst(query({ where: ownTimer(ctx.viewer) })),
  }),
  runningTimers: t.drizzleConnection(
    {
      type: RunningTimer,
      args: runningTimerPage.args,
      authScopes: { member: true },
      extensions: listOf(runningTimerPage),
      description: 'The timers that run now: who is working on what.',
      totalCount: (_root, args, ctx) => ctx.db.count('runningTimers', runningTimerPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.runningTimers.findMany(query(runningTimerPage.query(args))),
    },
    ...RunningTimerConnection,
  ),
}));
