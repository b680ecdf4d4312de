import { z } from 'zod';
import { parseDecimal } from '../../lib/decimal.ts';
import {
  dayField,
  decimalField,
  emailField,
  externalReferenceField,
  nameField,
  startsBeforeEnd,
  textField,
} from '../../lib/fields.ts';
import { readFlag } from '../../lib/read-text.ts';
import { taskPriorities, taskStatuses } from '../tasks/tables.ts';
import { timeEntryStatuses } from '../time/tables.ts';
import { readInstant } from './read-instant.ts';

/*
 * What the rows of a file become. References are external references. A key that is absent was not mapped and leaves
 * the column alone; null was mapped, but the row has nothing there.
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

/** An exact decimal; what is none is shown as it is. */
const decimal = (scale: number, bounds: { min: number; max: number }) =>
  z
    .string()
    .refine((text) => parseDecimal(text) !== undefined, {
      abort: true,
      error: ({ input }) => `"${input}" is not a number`,
    })
    .pipe(decimalField(scale, bounds));

const instant = z.string({ error: 'nothing there' }).transform((text, ctx) => {
  const value = readInstant(text);
  if (value === undefined) ctx.addIssue(`"${text}" is not a time`);
  return value ?? z.NEVER;
});

/** A day where the database wants a moment: noon of UTC is on the same day nearly everywhere. */
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
  lastName: orDefault(z.string().max(200), ''),
  email: emailField.nullish(),
});
export type PersonRecord = z.output<typeof personRecord>;

export const taskRecord = z
  .object({
    reference: externalReferenceField,
    name: z.string().min(1),
    description: textField.nullish(),
    status: orDefault(z.enum(taskStatuses), 'TODO'),
    priority: orDefault(z.enum(taskPriorities), 'MEDIUM'),
    estimateDays: decimal(6, { min: 0, max: 99_999_999 }).nullish(),
    startDate: dayField.nullish(),
    dueDate: dayField.nullish(),
    completedOn: noon.nullish(),
    tags: z.array(z.string().max(50)).optional(),
  })
  .refine(startsBeforeEnd('startDate', 'dueDate').check, startsBeforeEnd('startDate', 'dueDate').params)
  .refine(({ status, completedOn }) => status !== 'DONE' || completedOn, {
    path: ['completedOn'],
    message: 'a task that is DONE needs its day',
  })
  .transform(({ completedOn, ...task }) => withShortName({ ...task, ...completion(task.status, completedOn) }));
export type TaskRecord = z.output<typeof taskRecord> & { projectReference: string; assigneeReference?: string | null };

/** Only what is DONE has been completed. */
const completion = (status: string | undefined, completedOn: Date | null | undefined) =>
  status === undefined ? {} : { completedAt: status === 'DONE' ? completedOn! : null };

/** Names end at 200 characters; of a longer one nothing is lost, as the description begins with all of it. */
function withShortName<T extends { name: string; description?: string | null | undefined }>(task: T): T {
  if (task.name.length <= longestName) return task;
  const description = [task.name, task.description].filter(Boolean).join('\n\n');
  return { ...task, name: `${task.name.slice(0, longestName - 1)}…`, description };
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

/** Hours of one day, or with `spread` a total. */
export const timeRecord = (spread: boolean) =>
  z.object({ ...entryFields, hours: decimal(2, spread ? hoursInTotal : hoursOfOneDay) });
export type TimeRecord = z.output<ReturnType<typeof timeRecord>> & {
  projectReference: string;
  personReference: string;
  taskReference: string | null;
  /** Over how many hours a day the total is spread; null: the hours are of the day itself. */
  hoursPerDay: string | null;
};

export const channelRecord = z.object({
  reference: externalReferenceField,
  name: nameField,
  description: textField.nullish(),
});
export type ChannelRecord = z.output<typeof channelRecord>;

export const messageRecord = z.object({
  reference: externalReferenceField,
  sentAt: instant,
  content: textField.min(1),
  /** What the messages of one conversation have in common within a file. */
  thread: z.string().nullish(),
});
export type MessageRecord = z.output<typeof messageRecord> & {
  channelReference: string;
  authorReference: string;
  /** The first message of its conversation; null for that one itself. */
  parentReference?: string | null;
};

/** All that one row says. */
export interface ImportRecord {
  line: number;
  project?: ProjectRecord;
  people: PersonRecord[];
  task?: TaskRecord;
  time?: TimeRecord;
  channel?: ChannelRecord;
  message?: MessageRecord;
}
