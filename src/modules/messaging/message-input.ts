import { z } from 'zod';
import { maxCharacters } from '../../lib/characters.ts';
import { nameField, shortTextField, uuidField, webAddressField } from '../../lib/fields.ts';

const longestMessage = 20_000;

export const contentField = z
  .string()
  .check(maxCharacters(longestMessage))
  .refine((text) => text.trim().length > 0, 'must not be empty');

export const mentionsField = z
  .array(uuidField)
  .max(100)
  .transform((ids) => [...new Set(ids)]);

export const attachmentsField = z
  .array(
    z.object({
      name: nameField,
      url: webAddressField,
      mediaType: shortTextField.nullish(),
      size: z
        .string()
        .regex(/^\d{1,15}$/, 'a whole number of bytes')
        .transform(Number)
        .nullish(),
    }),
  )
  .max(10);
