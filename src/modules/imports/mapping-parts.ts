import { z } from 'zod';
import { condition, list, value } from './mapping-values.ts';

const reference = value;
const optional = value.optional();
const values = z.array(value).max(50).optional();

/** When a row has the part; absent: always. Several conditions must all hold. */
const when = list(condition, 20).optional();
/** Makes the part for every element of a list in the row. */
const each = z.string().min(1).optional();

const mostVariants = 10;

const comment = z.strictObject({
  when,
  each,
  reference,
  /** The reference of its task; absent: the task of the row. */
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
  /** Whether it is left out when the other task waits for this one already; else the row is a bad one. */
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
  /** The reference of the message that it answers, of this file or another one. */
  parent: optional,
  /** How texts name people: `<@id>` and entities as Slack writes them, or `@name`. */
  markup: z.strictObject({ style: z.enum(['slack', 'at']), people: z.string() }).optional(),
  reactions: list(reactions, mostVariants).optional(),
  attachments: list(attachments, mostVariants).optional(),
});

/** The parts of a mapping: what a row may hold. */
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
      /** Whether rows with one reference are one entry, of which the last row decides, or an entry each. */
      repeats: z.enum(['replace', 'number']).default('replace'),
      person: value,
      /** The reference of a task that is there already; without it, the task of the same row. */
      task: optional,
      day: value,
      hours: value,
      /** Hours a working day, when the hours of a row are a total; absent when they are of the one day. */
      spread: z
        .union([z.string(), z.number()])
        .transform(String)
        .pipe(z.string().regex(/^(?!0+(\.0+)?$)\d{1,6}(\.\d{1,2})?$/, 'not hours of a day'))
        .optional(),
      description: optional,
      billable: optional,
      status: optional,
    })
    .optional(),
  channel: z.strictObject({ reference, name: value, description: optional }).optional(),
  message: list(message, mostVariants).optional(),
};
