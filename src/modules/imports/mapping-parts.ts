import { z } from 'zod';
import { condition, list, value } from './mapping-values.ts';

const reference = value;
const optional = value.optional();
const values = z.array(value).max(50).optional();

/** The part is created only for rows that meet all of these conditions. */
const when = list(condition, 20).optional();
/** The list in the row for whose elements the part is created. */
const each = z.string().min(1).optional();

const mostVariants = 10;

const comment = z.strictObject({
  when,
  each,
  reference,
  /** The reference of its task; by default the task of the row. */
  task: optional,
  author: value,
  content: value,
  at: value,
});

const checklistItem = z.strictObject({ when, each, reference, task: optional, name: value, isDone: optional });

const dependency = z.strictObject({
  when,
  each,
  task: reference,
  dependsOn: reference,
  /** Whether a dependency that would close a cycle is skipped instead of making the row invalid. */
  unlessCycle: z.boolean().default(false),
});

const milestone = z.strictObject({
  when,
  reference,
  name: value,
  description: optional,
  startDate: optional,
  dueDate: value,
});

const reactions = z.strictObject({ each: z.string().min(1), person: value, emoji: value });
const attachments = z.strictObject({
  each: z.string().min(1),
  name: value,
  url: value,
  mediaType: optional,
  size: optional,
});

const message = z.strictObject({
  when,
  each,
  reference,
  author: value,
  sentAt: value,
  content: value,
  thread: optional,
  /** The reference of the message that it answers, in this or an earlier import. */
  parent: optional,
  /** How texts name people: `<@id>` and entities as in Slack, or `@name`. `people` is the lookup of their names. */
  markup: z.strictObject({ style: z.enum(['slack', 'at']), people: z.string() }).optional(),
  reactions: list(reactions, mostVariants).optional(),
  attachments: list(attachments, mostVariants).optional(),
});

/** The parts of a mapping: the objects that a row may contain. */
export const sections = {
  client: z.strictObject({ when, reference, name: value }).optional(),
  project: z.strictObject({ reference, name: value, description: optional, startDate: optional }).optional(),
  person: z.strictObject({ reference, firstName: value, lastName: optional, email: optional }).optional(),
  milestone: milestone.optional(),
  task: z
    .strictObject({
      when,
      reference,
      name: value,
      description: optional,
      assignee: optional,
      status: optional,
      priority: optional,
      estimateDays: optional,
      startDate: optional,
      dueDate: optional,
      completedOn: optional,
      position: optional,
      tags: values,
    })
    .optional(),
  comment: list(comment, mostVariants).optional(),
  checklistItem: list(checklistItem, mostVariants).optional(),
  dependency: list(dependency, mostVariants).optional(),
  time: z
    .strictObject({
      when,
      reference,
      /** Whether the last of several rows with the same reference replaces the others, or each is a numbered entry. */
      repeats: z.enum(['replace', 'number']).default('replace'),
      person: value,
      /** The reference of an existing task; by default the task of the row. */
      task: optional,
      day: value,
      hours: value,
      /** Hours per working day over which a total is spread; absent if the hours belong to one day. */
      spread: z
        .union([z.string(), z.number()])
        .transform(String)
        .pipe(z.string().regex(/^(?!0+(\.0+)?$)\d{1,6}(\.\d{1,2})?$/, 'not a number of hours per day'))
        .optional(),
      description: optional,
      billable: optional,
      status: optional,
    })
    .optional(),
  channel: z.strictObject({ reference, name: value, description: optional }).optional(),
  message: list(message, mostVariants).optional(),
};
