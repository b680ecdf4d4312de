import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Migration, mergeLines, readLine, tablesMadeBy } from './migration-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'chantier-migrations-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (line: string, name: string, text = 'SELECT 1;') => {
  mkdirSync(path.join(root, line, name), { recursive: true });
  writeFileSync(path.join(root, line, name, 'migration.sql'), text);
};

describe('a line', () => {
  test('is read oldest first, split into statements, without parts that are only comments', () => {
    write(
      'tasks',
      '20260102000000_b',
      'CREATE TABLE "b" ();\n--> statement-breakpoint\n-- nothing\n--> statement-breakpoint\nSELECT 2 ;\n',
    );
    write('tasks', '20260101000000_a');
    const line = readLine(root, 'tasks');
    expect(line.map(({ name }) => name)).toEqual(['20260101000000_a', '20260102000000_b']);
    expect(line[1]?.statements).toEqual(['CREATE TABLE "b" ()', 'SELECT 2']);
  });

  test('keeps its batched changes separate from its other statements', () => {
    write(
      'tasks',
      '20260101000000_a',
      '-- batches of tasks\nUPDATE "tasks" SET "a" = 1 WHERE "id" = ANY($1);\n--> statement-breakpoint\nSELECT 1;',
    );
    const [{ statements, batches }] = readLine(root, 'tasks') as [Migration];
    expect(statements).toEqual(['SELECT 1']);
    expect(batches).toEqual([
      { table: 'tasks', statement: '-- batches of tasks\nUPDATE "tasks" SET "a" = 1 WHERE "id" = ANY($1)' },
    ]);
  });

  test('has the same hashes for both kinds of line ending', () => {
    write('unix', '20260101000000_a', 'SELECT 1;\n--> statement-breakpoint\nSELECT 2;\n');
    write('windows', '20260101000000_a', 'SELECT 1;\r\n--> statement-breakpoint\r\nSELECT 2;\r\n');
    expect(readLine(root, 'unix')[0]?.hash).toBe(readLine(root, 'windows')[0]?.hash);
  });

  test('is empty without a folder, and refused with a stray folder', () => {
    expect(readLine(root, 'nothing')).toEqual([]);
    write('odd', 'meta');
    expect(() => readLine(root, 'odd')).toThrow('meta');
  });
});

test('lines are merged by time, and equal times by the order of the lines', () => {
  write('low', '20260101000000_z');
  write('low', '20260103000000_a');
  write('high', '20260101000000_a');
  write('high', '20260102000000_a');
  const merged = mergeLines([readLine(root, 'low'), readLine(root, 'high')]);
  expect(merged.map(({ line, name }) => `${line}/${name}`)).toEqual([
    'low/20260101000000_z',
    'high/20260101000000_a',
    'high/20260102000000_a',
    'low/20260103000000_a',
  ]);
});

test('finds the names of all tables that migrations create or rename', () => {
  write(
    'tasks',
    '20260101000000_a',
    'CREATE TABLE "tasks" ("id" uuid);\n--> statement-breakpoint\ncreate table notes ();',
  );
  write(
    'tasks',
    '20260102000000_b',
    'ALTER TABLE "tasks" RENAME TO "cards";\n--> statement-breakpoint\nDROP TABLE notes;',
  );
  expect(tablesMadeBy(readLine(root, 'tasks'))).toEqual(['tasks', 'notes', 'cards']);
});
