import { InvalidArgumentError, Option } from 'commander';
import { readDuration, readWhole } from '../lib/read-text.ts';

export interface JsonFlag {
  json?: boolean;
}

/** Reads a whole number from 1. */
export const wholeNumber =
  (most: number) =>
  (text: string): number => {
    const value = readWhole(text, 1, most);
    if (value === undefined) throw new InvalidArgumentError(`must be a whole number from 1 to ${most}`);
    return value;
  };

/** Reads a duration, such as 12h, in seconds. */
export const duration =
  (most: number, least = 1) =>
  (text: string): number => {
    const seconds = readDuration(text, least, most);
    if (seconds === undefined) throw new InvalidArgumentError('must be a duration such as 12h or 30d');
    return seconds;
  };

/** Reads names separated by commas. */
export const list = (text: string): string[] => text.split(',').map((name) => name.trim());

export const choice = (flags: string, description: string, values: readonly string[]): Option =>
  new Option(flags, description).choices(values);
