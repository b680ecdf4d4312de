import { z } from 'zod';
import { badInput } from '../../lib/errors.ts';
import {
  colorField,
  dayField,
  decimalField,
  externalReferenceField,
  nameField,
  nameUpTo,
  textField,
  uuidField,
} from '../../lib/fields.ts';
import { recurrenceField } from './recurrence-rule.ts';
import { taskPriorities, taskStatuses, taskTypes } from './tables.ts';

const tagField = nameUpTo(50);

/** Tags that differ only in case are the same: the first of them stays. */
const withoutDoubles = (tags: string[]): string[] =>
  tags.filter((tag, place) => tags.findIndex((other) => other.toLowerCase() === tag.toLowerCase()) === place);

/** The fields common to creating and changing a task; none is required here. */
export const taskFields = {
  type: z.enum(taskTypes).optional(),
  projectId: uuidField.nullish(),
  deliverableId: uuidField.nullish(),
  assigneeId: uuidField.nullish(),
  parentId: uuidField.nullish(),
  name: nameField.optional(),
  description: textField.nullish(),
  estimateDays: decimalField(6, { min: 0, max: 99_999_999 }).nullish(),
  startDate: dayField.nullish(),
  dueDate: dayField.nullish(),
  status: z.enum(taskStatuses).optional(),
  priority: z.enum(taskPriorities).optional(),
  color: colorField.nullish(),
  tags: z.array(tagField).max(50).transform(withoutDoubles).optional(),
  recurrence: recurrenceField.nullish(),
  externalReference: externalReferenceField.nullish(),
};

interface Ownership {
  type: (typeof taskTypes)[number];
  projectId: string | null;
  assigneeId: string | null;
}

/** Throws BAD_INPUT unless a PERSONAL task has an owner and no project, and any other task has a project. */
export function checkOwnership({ type, projectId, assigneeId }: Ownership): void {
  if (type !== 'PERSONAL' && !projectId) throw badInput(`A ${type} task needs a project`, 'input.projectId');
  if (type === 'PERSONAL' && projectId) throw badInput('A PERSONAL task has no project', 'input.projectId');
  if (type === 'PERSONAL' && !assigneeId) throw badInput('A PERSONAL task needs an assignee', 'input.assigneeId');
}
