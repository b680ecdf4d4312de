import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { variableNames } from '../src/config.ts';
import { root } from './support/sources.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/security.md');

/** The rows of the table below a heading, without its head. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const lines = section
    .split('\n## ', 1)[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const examples = parseEnv(
  read('.env.example')
    .split('\n')
    .filter((line) => /^# [A-Z0-9_]+=/.test(line))
    .map((line) => line.slice(2))
    .join('\n'),
);
/** Numbers that bound nothing that a caller does. */
const noLimits = new Set([
  ...['PORT', 'METRICS_PORT', 'EVENTS_RETENTION', 'MAINTAIN_EVERY'],
  ...['COMPRESS_FROM', 'BACKUP_FULL_EVERY', 'BACKUP_JITTER', 'BACKUP_KEEP_DAYS', 'BACKUP_KEEP_COUNT', 'S3_LOCK_DAYS'],
]);

describe('the limits of docs/security.md', () => {
  const rows = rowsBelow('Limits').map(([, setting, value, beyond]) => ({
    setting: /^`([A-Z0-9_]+)`$/.exec(setting!)?.[1] ?? setting!,
    value,
    beyond,
  }));

  it('name existing settings, with their defaults and the effect of exceeding them', () => {
    for (const { setting, value, beyond } of rows) {
      expect(variableNames, setting).toContain(setting);
      if (examples[setting]) expect(value, setting).toBe(examples[setting]);
      expect(beyond, setting).toBeTruthy();
    }
  });

  it('name every numeric or time setting once', () => {
    const limiting = Object.entries(examples)
      .filter(([name, value]) => /^\d+[smhd]?$/.test(value ?? '') && !noLimits.has(name))
      .map(([name]) => name);
    const named = rows.map(({ setting }) => setting);
    expect(limiting.filter((name) => !named.includes(name))).toEqual([]);
    expect(named).toEqual([...new Set(named)]);
  });
});

describe('the fixed limits of docs/security.md', () => {
  it.each(rowsBelow('Fixed limits'))('%s: %s is %s', async (_limit, constant, value, beyond) => {
    const [, file, name] = /^`(src\/[\w./-]+\.ts)` `([\w.]+)`$/.exec(constant!) ?? [];
    let found: unknown = await import(/* @vite-ignore */ path.join(root, file!));
    for (const key of name!.split('.')) found = (found as Record<string, unknown>)[key];
    expect(found).toBe(Number(value));
    expect(beyond).toBeTruthy();
  });
});
