import { z } from 'zod';
import { maxCharacters } from './characters.ts';
import { isUuid } from './ids.ts';
import { firstDay, lastDay, readDay } from './instants.ts';
import { foldName, isVisible } from './names.ts';

/** Checks of single values, shared by the inputs of use cases. Lengths count characters. */
export const uuidField = z.string().refine(isUuid, 'not an id');
/** A name that people read: see `foldName`. */
export const nameUpTo = (most: number) =>
  z.string().overwrite(foldName).check(maxCharacters(most)).refine(isVisible, 'needs a character that can be seen');
export const nameField = nameUpTo(200);
/** The same, but may be empty: one line of text, such as the sector of a client. */
export const shortNameField = (most: number) =>
  z
    .string()
    .overwrite(foldName)
    .check(maxCharacters(most))
    .refine((text) => text === '' || isVisible(text), 'needs a character that can be seen');
export const textField = z.string().check(maxCharacters(20_000));
export const shortTextField = shortNameField(500);
export const externalReferenceField = z.string().trim().min(1).check(maxCharacters(200));
export const dayField = z
  .string()
  .refine((text) => readDay(text) !== undefined, `a day from ${firstDay} to ${lastDay}`);
export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email())
  .pipe(z.string().check(maxCharacters(254)));
export const colorField = z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'a color such as #1f6feb');
/** An address that a browser may open: never `javascript:`, `data:` or the like. */
export const webAddressField = z.url({ protocol: /^https?$/ }).check(maxCharacters(2_000));
export const versionField = z.number().int().min(1);
/** An exact decimal as text, at most so many digits after the point. */
export const decimalField = (scale: number, { min, max }: { min: number; max: number }) =>
  z
    .string()
    .regex(new RegExp(`^-?\\d+(\\.\\d{1,${scale}}0*)?$`), `at most ${scale} digits after the point`)
    .refine((text) => Number(text) >= min && Number(text) <= max, `between ${min} and ${max}`);

/** A refinement for zod: an issue on `end` when a period ends before it starts. */
export const startsBeforeEnd = <Start extends string, End extends string>(start: Start, end: End) => ({
  check: (value: { [K in Start | End]?: string | null | undefined }) => {
    const from = value[start];
    const to = value[end];
    return !from || !to || from <= to;
  },
  params: { path: [end], message: `must not be before ${start}` },
});
