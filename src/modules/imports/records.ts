import { z } from 'zod';
import { hasAtMost } from '../../lib/characters.ts';
import { parseDecimal } from '../../lib/decimal.ts';
import {
  dayField,
  decimalField,
  emailField,
  externalReferenceField,
  nameField,
  nameUpTo,
  shortNameField,
  shortTextField,
  startsBeforeEnd,
  textField,
  webAddressField,
} from '../../lib/fields.ts';
import { foldName, isVisible } from '../../lib/names.ts';
import { readFlag } from '../../lib/read-text.ts';
import { contentField } from '../messaging/message-input.ts';
import { taskPriorities, taskStatuses } from '../tasks/tables.ts';
import { timeEntryStatuses } from '../time/tables.ts';
import { emoji } from './emoji-names.ts';
import { readInstant } from './read-instant.ts';

/*
 * The records that rows become. References are external references. An absent key is not mapped and leaves the column
 * unchanged; null means that the field is mapped, but the row has no value.
 */

const longestName = 200;
const orDefault = <T extends z.ZodType>(field: T, none: z.output<T>) =>
  field
    .nullable()
    .transform((value) => value ?? none)
    .optional();

const flag = z.string().transform((text, ctx) => {
  const value = readFlag(text);
  if (value === undefined) ctx.addIssue(`"${text}" is not true or false`);
  return value ?? z.NEVER;
});

/** An exact decimal. The error quotes an invalid text. */
const decimal = (scale: number, bounds: { min: number; max: number }) =>
  z
    .string()
    .refine((text) => parseDecimal(text) !== undefined, {
      abort: true,
      error: ({ input }) => `"${input}" is not a number`,
    })
    .pipe(decimalField(scale, bounds));

const instant = z.string({ error: 'no value' }).transform((text, ctx) => {
  const value = readInstant(text);
  if (value === undefined) ctx.addIssue(`"${text}" is not a time`);
  return value ?? z.NEVER;
});

const dayMs = 86_400_000;

/** Not in the future: otherwise the message would stay below all messages that people write until then. */
const past = instant.refine((moment) => moment.getTime() < Date.now() + dayMs, 'is in the future');

/** A day stored as an instant: noon in UTC is on the same day in nearly all time zones. */
const noon = dayField.transform((day) => new Date(`${day}T12:00:00Z`));

export const clientRecord = z.object({ reference: externalReferenceField, name: nameField });
export type ClientRecord = z.output<typeof clientRecord>;

export const projectRecord = z.object({
  reference: externalReferenceField,
  name: nameField,
  description: textField.nullish(),
  startDate: dayField.nullish(),
});
export type ProjectRecord = z.output<typeof projectRecord> & { client: ClientRecord };

export const personRecord = z.object({
  reference: externalReferenceField,
  firstName: nameField,
  lastName: orDefault(shortNameField(200), ''),
  email: emailField.nullish(),
});
export type PersonRecord = z.output<typeof personRecord>;

export const taskRecord = z
  .object({
    reference: externalReferenceField,
    name: z.string().overwrite(foldName).refine(isVisible, 'needs a character that can be seen'),
    description: textField.nullish(),
    status: orDefault(z.enum(taskStatuses), 'TODO'),
    priority: orDefault(z.enum(taskPriorities), 'MEDIUM'),
    estimateDays: decimal(6, { min: 0, max: 99_999_999 }).nullish(),
    startDate: dayField.nullish(),
    dueDate: dayField.nullish(),
    completedOn: noon.nullish(),
    /** Orders the new tasks of a batch in their column; it is not stored. */
    position: decimal(30, { min: -1e30, max: 1e30 }).transform(Number).nullish(),
    tags: z
      .array(nameUpTo(50))
      .max(50)
      .transform((tags) => [...new Set(tags)])
      .optional(),
  })
  .refine(startsBeforeEnd('startDate', 'dueDate').check, startsBeforeEnd('startDate', 'dueDate').params)
  .refine(({ status, completedOn }) => status !== 'DONE' || completedOn, {
    path: ['completedOn'],
    message: 'is required if the status is DONE',
  })
  .transform(({ completedOn, ...task }) => withShortName({ ...task, ...completion(task.status, completedOn) }));
export type TaskRecord = z.output<typeof taskRecord> & {
  projectReference: string;
  assigneeReference?: string | null;
  /** The milestone that the row names; null if it names none. */
  milestoneReference?: string | null;
};

export const milestoneRecord = z
  .object({
    reference: externalReferenceField,
    name: nameField,
    description: textField.nullish(),
    startDate: dayField.nullish(),
    dueDate: dayField,
  })
  .refine(startsBeforeEnd('startDate', 'dueDate').check, startsBeforeEnd('startDate', 'dueDate').params);
export type MilestoneRecord = z.output<typeof milestoneRecord> & { projectReference: string };

export const commentRecord = z.object({ reference: externalReferenceField, content: textField.min(1), at: past });
export type CommentRecord = z.output<typeof commentRecord> & { taskReference: string; authorReference: string };

export const checklistItemRecord = z.object({
  reference: externalReferenceField,
  name: nameField,
  isDone: orDefault(flag, false),
});
export type ChecklistItemRecord = z.output<typeof checklistItemRecord> & { taskReference: string };

/** A task that depends on another. */
export interface DependencyRecord {
  taskReference: string;
  dependsOnReference: string;
  /** Whether to skip the dependency if it would close a cycle. */
  unlessCycle: boolean;
}

/** Only a DONE task has a time of completion. */
const completion = (status: string | undefined, completedOn: Date | null | undefined) =>
  status === undefined ? {} : { completedAt: status === 'DONE' ? completedOn! : null };

/** Shortens a name of more than 200 characters; the description then begins with the full name. */
function withShortName<T extends { name: string; description?: string | null | undefined }>(task: T): T {
  if (hasAtMost(task.name, longestName)) return task;
  const description = [task.name, task.description].filter(Boolean).join('\n\n');
  const start = [...task.name.slice(0, 2 * longestName)].slice(0, longestName - 1).join('');
  return { ...task, name: `${start}…`, description };
}

const entryFields = {
  reference: externalReferenceField,
  day: dayField,
  description: textField.nullish(),
  billable: orDefault(flag, true),
  status: orDefault(z.enum(timeEntryStatuses), 'PENDING'),
};
const hoursOfOneDay = { min: 0, max: 24 };
const hoursInTotal = { min: 0, max: 1_000_000 };

/** Hours of one day; with `spread`, a total that is spread over days. */
export const timeRecord = (spread: boolean) =>
  z.object({ ...entryFields, hours: decimal(2, spread ? hoursInTotal : hoursOfOneDay) });
export type TimeRecord = z.output<ReturnType<typeof timeRecord>> & {
  projectReference: string;
  personReference: string;
  taskReference: string | null;
  /** Hours per day, if the hours are a total that is spread over days; null if they belong to one day. */
  hoursPerDay: string | null;
};

export const channelRecord = z.object({
  reference: externalReferenceField,
  name: nameField,
  description: textField.nullish(),
});
export type ChannelRecord = z.output<typeof channelRecord>;

const attachment = z.object({
  name: nameField,
  url: webAddressField,
  mediaType: shortTextField.nullish(),
  size: z.coerce.number().int().min(0).max(999_999_999_999_999).nullish(),
});
const mostAttachments = 10;
const mostReactions = 1_000;
const mostMentions = 100;

export const messageRecord = z.object({
  reference: externalReferenceField,
  sentAt: past,
  content: contentField,
  /** Identifies the thread of the message within the files of one import. */
  thread: z.string().nullish(),
  /** The reference of the message that it answers. */
  parent: z.string().nullish(),
  attachments: z.array(attachment).max(mostAttachments).optional(),
  reactions: z
    .array(z.object({ personReference: externalReferenceField, emoji }))
    .max(mostReactions)
    .optional(),
  mentionReferences: z.array(externalReferenceField).max(mostMentions).optional(),
});
export type MessageRecord = z.output<typeof messageRecord> & {
  channelReference: string;
  authorReference: string;
  /** The reference of the message that it answers: `parent`, or the first message of the thread; null for none. */
  parentReference?: string | null;
};

/** All objects that one row describes. */
export interface ImportRecord {
  line: number;
  /** The file of the row, if a folder is imported. */
  file?: string;
  /** Whether these are parts of an earlier row that were deferred until after all rows. */
  isDeferred?: true;
  project?: ProjectRecord;
  people: PersonRecord[];
  milestone?: MilestoneRecord;
  /** From other rows of the same task. */
  moreProjects?: ProjectRecord[];
  moreMilestones?: MilestoneRecord[];
  task?: TaskRecord;
  comments?: CommentRecord[];
  checklistItems?: ChecklistItemRecord[];
  dependencies?: DependencyRecord[];
  time?: TimeRecord;
  channel?: ChannelRecord;
  messages?: MessageRecord[];
}
