import { z } from 'zod';
import { maxCharacters } from '../../lib/characters.ts';
import {
  dayField,
  decimalField,
  externalReferenceField,
  shortTextField,
  textField,
  uuidField,
} from '../../lib/fields.ts';

const importPrefix = 'import:';

/** Hours with two digits, as the database returns them; exact in this range. */
export const hoursField = (max: number) =>
  decimalField(2, { min: 0, max }).transform((text) => Number(text).toFixed(2));

/** Hours of the longest day that clocks can make; DAY_LIMIT checks the hours of the actual day. */
export const longestDay = 26;

/** The fields of a time entry wherever it comes from; none is required here. */
export const workFields = {
  projectId: uuidField.optional(),
  taskId: uuidField.nullish(),
  workDate: dayField.optional(),
  hours: hoursField(longestDay).optional(),
  description: textField.nullish(),
  billable: z.boolean().optional(),
  source: shortTextField
    .refine((source) => !source.startsWith(importPrefix), 'must not begin with import:, which marks imported entries')
    .nullish(),
  externalReference: externalReferenceField.nullish(),
};

/** The fields common to creating and changing a time entry here. */
export const timeEntryFields = {
  ...workFields,
  duration: z.string().check(maxCharacters(20)).nullish(),
  startedAt: z.date().nullish(),
  endedAt: z.date().nullish(),
};

/** The source of entries imported from a system of this name. */
export const importSource = (name: string): string => `${importPrefix}${name}`;

/** Whether an entry was imported. Imported entries are exempt from the length of a day. */
export const isImported = ({ source }: { source: string | null }): boolean => source?.startsWith(importPrefix) ?? false;
