import type { AnyOperation, AnySpec } from '../../src/graphql/declare/resource/any-spec.ts';
import { defineBulk } from '../../src/graphql/declare/resource/bulk.ts';
import { modelOf } from '../../src/graphql/declare/resource/model.ts';
import type { UseCase } from '../../src/graphql/declare/resource/use-cases.ts';
import { Incident } from '../../src/modules/projects/incident.ts';
import { canEditIncident } from '../../src/modules/projects/policy.ts';
import { ChecklistItem } from '../../src/modules/tasks/checklist-item.ts';

// No resource of the product has the option `bulk` yet, so this adds what it makes to the graph of the test that
// imports it: before `src/schema.ts`, which builds the graph.

const incident = {
  name: 'Incident',
  description: 'An incident.',
  parent: 'project',
  read: () => 'all',
  write: { allow: canEditIncident as never, allowedTo: 'your own report' },
  fields: { project: 'Where it happened.', title: 'What happened.' },
  create: { write: 'task:write', writes: ['projectId', 'title'], bulk: 4 },
  update: { writes: ['title'], bulk: 4 },
} satisfies AnySpec;

const checklistItem = {
  name: 'ChecklistItem',
  noun: 'item',
  description: 'A step of a task.',
  parent: 'task',
  lockParent: true,
  read: 'parent',
  write: 'task:write',
  fields: { task: 'Task that it is a step of.', name: 'What to do.' },
  create: { writes: ['taskId', 'name'], bulk: 4 },
  update: { writes: ['name'], bulk: 4 },
} satisfies AnySpec;

const operationOf = (spec: AnySpec, verb: 'create' | 'update'): AnyOperation => spec[verb]!;

for (const [table, spec, resource] of [
  ['incidents', incident, Incident],
  ['checklistItems', checklistItem, ChecklistItem],
] as const) {
  const model = modelOf(table, spec);
  const { create, update } = resource as unknown as Record<'create' | 'update', UseCase>;
  defineBulk(model, resource as never, 'create', operationOf(model.spec, 'create'), create);
  defineBulk(model, resource as never, 'change', operationOf(model.spec, 'update'), update);
}
