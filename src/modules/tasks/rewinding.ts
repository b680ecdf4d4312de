import { defineRewinding, linkRows } from '../events/rewind/rewinding.ts';
import { checklistItems, taskComments, taskDependencies, taskLabels, tasks } from './tables.ts';

defineRewinding(
  taskDependencies,
  linkRows(taskDependencies, {
    added: 'task.dependencyAdded',
    removed: 'task.dependencyRemoved',
    key: { taskId: 'resourceId', dependsOnId: 'dependsOnId' },
  }),
);
defineRewinding(
  taskLabels,
  linkRows(taskLabels, {
    added: 'task.labelAdded',
    removed: 'task.labelRemoved',
    key: { taskId: 'resourceId', labelId: 'labelId' },
  }),
);
defineRewinding(tasks, {
  sources: [
    ({ later }) => `select card.id::uuid, era, seq, jsonb_build_object('rank', card.rank), false
      from ${later} as e cross join lateral jsonb_each_text(metadata -> 'ranks') as card (id, rank)
      where action = 'board.spread'`,
  ],
  lost: { rank: 'on personal boards, if all cards of a column got new ranks since: the present ranks' },
});
for (const table of [taskComments, checklistItems]) {
  defineRewinding(table, {
    lost: { '*': 'later changes by imports, in rows that the import did not create, are not undone' },
  });
}
