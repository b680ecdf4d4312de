import type { z } from 'zod';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  date: 'an instant',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const formats: Readonly<Record<string, string>> = { email: 'an email address', url: 'a web address' };

const units: Readonly<Record<string, string>> = { array: ' items', set: ' items', string: ' characters' };

/** The message of an issue in words for callers, where the schema has none of its own; zod's words for rare issues. */
export function plainMessage(issue: RawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is required';
    const noun = nouns[issue.expected];
    return noun && `must be ${noun}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format') {
    const format = formats[issue.format];
    return format && `must be ${format}`;
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
    return `must be at least ${issue.minimum}${units[issue.origin] ?? ''}`;
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${units[issue.origin] ?? ''}`;
  return undefined;
}
