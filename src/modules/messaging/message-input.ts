import { z } from 'zod';
import { nameField, shortTextField, uuidField } from '../../lib/fields.ts';

const longestMessage = 20_000;

export const contentField = z
  .string()
  .max(longestMessage)
  .refine((text) => text.trim().length > 0, 'must not be empty');

export const mentionsField = z
  .array(uuidField)
  .max(100)
  .transform((ids) => [...new Set(ids)]);

const webAddress = z.url({ protocol: /^https?$/ }).max(2000);

export const attachmentsField = z
  .array(
    z.object({
      name: nameField,
      url: webAddress,
      mediaType: shortTextField.nullish(),
      size: z
        .string()
        .regex(/^\d{1,15}$/, 'a whole number of bytes')
        .transform(Number)
        .nullish(),
    }),
  )
  .max(10);
