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
    if (value === undefined) throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
    return value;
  };

/** Reads a time in seconds. */
export const duration =
  (most: number) =>
  (text: string): number => {
    const seconds = readDuration(text, 1, most);
    if (seconds === undefined) throw new InvalidArgumentError('a time such as 12h or 30d');
    return seconds;
  };

/** Reads names with commas between them. */
export const list = (text: string): string[] => text.split(',').map((name) => name.trim());

export const choice = (flags: string, description: string, values: readonly string[]): Option =>
  new Option(flags, description).choices(values);
