import { AppError } from '../../lib/errors.ts';
import type { Adder, AddPerson } from './adders.ts';
import type { Mapping } from './mapping.ts';
import { conditionOf, partMaker, referenceMaker } from './part-maker.ts';
import { checklistItemRecord, commentRecord, milestoneRecord, taskRecord } from './records.ts';
import { type Compilation, compileValue, elementsOf } from './value.ts';

export function addMilestone({ milestone }: Mapping, compilation: Compilation): Adder | undefined {
  if (!milestone) return undefined;
  const { when, ...fields } = milestone;
  const applies = conditionOf(when, compilation);
  const make = partMaker('milestone', fields, milestoneRecord, compilation);
  return (cells, record) => {
    if (applies(cells)) record.milestone = { ...make(cells), projectReference: record.project!.reference };
  };
}

export function addTask(mapping: Mapping, compilation: Compilation, addPerson: AddPerson): Adder | undefined {
  if (!mapping.task) return undefined;
  const { when, assignee, ...fields } = mapping.task;
  const applies = conditionOf(when, compilation);
  const task = partMaker('task', fields, taskRecord, compilation);
  const assigneeOf = assignee && compileValue(assignee, 'task.assignee', compilation);
  return (cells, record) => {
    if (!applies(cells)) return;
    const made = { ...task(cells), projectReference: record.project!.reference };
    const assignedTo = assigneeOf?.(cells);
    record.task = {
      ...made,
      ...(assigneeOf && { assigneeReference: assignedTo ? addPerson(record, cells, assignedTo) : null }),
      ...(mapping.milestone && { milestoneReference: record.milestone?.reference ?? null }),
    };
  };
}

/** Adds comments and checklist items. */
export function addTaskParts(mapping: Mapping, compilation: Compilation, addPerson: AddPerson): Adder | undefined {
  const adders = [
    ...(mapping.comment ?? []).map((part) => addComments(part, compilation, addPerson)),
    ...(mapping.checklistItem ?? []).map((part) => addChecklistItems(part, compilation)),
  ];
  if (adders.length === 0) return undefined;
  return (cells, record) => {
    for (const add of adders) add(cells, record);
  };
}

function addComments(
  { when, each, task, author, ...fields }: NonNullable<Mapping['comment']>[number],
  compilation: Compilation,
  addPerson: AddPerson,
): Adder {
  const elements = elementsOf(each, compilation);
  const applies = conditionOf(when, compilation);
  const comment = partMaker('comment', fields, commentRecord, compilation);
  const authorOf = compileValue(author, 'comment.author', compilation);
  const taskOf = task && referenceMaker(task, 'comment.task', compilation);
  return (cells, record) => {
    for (const element of elements(cells)) {
      if (!applies(element)) continue;
      record.comments ??= [];
      record.comments.push({
        ...comment(element),
        taskReference: required(taskOf?.(element) ?? record.task?.reference, 'comment.task'),
        authorReference: addPerson(record, element, required(authorOf(element), 'comment.author')),
      });
    }
  };
}

function addChecklistItems(
  { when, each, task, ...fields }: NonNullable<Mapping['checklistItem']>[number],
  compilation: Compilation,
): Adder {
  const elements = elementsOf(each, compilation);
  const applies = conditionOf(when, compilation);
  const item = partMaker('checklistItem', fields, checklistItemRecord, compilation);
  const taskOf = task && referenceMaker(task, 'checklistItem.task', compilation);
  return (cells, record) => {
    for (const element of elements(cells)) {
      if (!applies(element)) continue;
      const taskReference = required(taskOf?.(element) ?? record.task?.reference, 'checklistItem.task');
      record.checklistItems ??= [];
      record.checklistItems.push({ ...item(element), taskReference });
    }
  };
}

/** Adds dependencies. Both tasks may be anywhere in the file, so dependencies are written after all rows. */
export function addDependencies({ dependency: parts = [] }: Mapping, compilation: Compilation): Adder | undefined {
  if (parts.length === 0) return undefined;
  const makers = parts.map(({ when, each, task, dependsOn, unlessCycle }) => ({
    unlessCycle,
    elements: elementsOf(each, compilation),
    applies: conditionOf(when, compilation),
    taskOf: referenceMaker(task, 'dependency.task', compilation),
    dependsOnOf: referenceMaker(dependsOn, 'dependency.dependsOn', compilation),
  }));
  return (cells, record) => {
    const dependencies = makers.flatMap(({ elements, applies, taskOf, dependsOnOf, unlessCycle }) =>
      elements(cells)
        .filter(applies)
        .map((element) => ({ taskReference: taskOf(element), dependsOnReference: dependsOnOf(element), unlessCycle })),
    );
    if (dependencies.length > 0) record.dependencies = dependencies;
  };
}

export function required(text: string | undefined, field: string): string {
  if (text === undefined) throw new AppError('BAD_INPUT', `${field}: no value`);
  return text;
}
