import { z } from 'zod';
import {
  dayField,
  decimalField,
  externalReferenceField,
  shortTextField,
  textField,
  uuidField,
} from '../../lib/fields.ts';

const importPrefix = 'import:';

/** Written with two digits, as the database gives them back; in this range that is exact. */
export const hoursField = (max: number) =>
  decimalField(2, { min: 0, max }).transform((text) => Number(text).toFixed(2));

/** Hours of the longest day that clocks can make; how many a certain day has is checked with DAY_LIMIT. */
export const longestDay = 26;

/** What creating and changing a time entry have in common; nothing is required yet. */
export const timeEntryFields = {
  projectId: uuidField.optional(),
  taskId: uuidField.nullish(),
  workDate: dayField.optional(),
  hours: hoursField(longestDay).optional(),
  description: textField.nullish(),
  billable: z.boolean().optional(),
  source: shortTextField
    .refine((source) => !source.startsWith(importPrefix), 'import: marks imported history')
    .nullish(),
  externalReference: externalReferenceField.nullish(),
};

/** The mark of history that was imported from a named system. */
export const importSource = (name: string): string => `${importPrefix}${name}`;

/** Imported history is as it was: days over 24 hours included. */
export const isImported = ({ source }: { source: string | null }): boolean => source?.startsWith(importPrefix) ?? false;
