import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { createProgram } from '../src/cli/program.ts';
import { hostOf } from '../src/cli/toolbox.ts';
import { errorCodes, exitCodeOf } from '../src/lib/errors.ts';
import { schema } from '../src/schema.ts';
import { noProgram, words } from './support/no-installation.ts';
import { root } from './support/sources.ts';

const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', ...docs].filter((file) => file.endsWith('.md'));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const blocks = (file: string, language: string): string[] =>
  [...read(file).matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);

const silent = { write: () => true };
const nowhere = hostOf(noProgram(), { stdin: process.stdin, stdout: silent, stderr: silent, colours: false });

describe.each(pages)('%s', (file) => {
  it('contains valid queries', () => {
    for (const document of blocks(file, 'graphql')) {
      expect(validate(schema, parse(document)).map(({ message }) => `${message} in ${document}`)).toEqual([]);
    }
  });

  it('names existing commands and options', () => {
    const lines = blocks(file, 'sh').flatMap((text) => text.split('\n'));
    for (const line of lines.filter((text) => text.startsWith('npx chantier '))) {
      let command: Command = createProgram(nowhere);
      for (const word of words(line).slice(2)) {
        const next = command.commands.find((each) => each.name() === word);
        if (next) command = next;
        else if (word.startsWith('--'))
          expect(
            command.options.map(({ long }) => long),
            line,
          ).toContain(word);
      }
      expect(command.parent, line).not.toBeNull();
    }
  });

  it('names existing npm scripts', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
    for (const [, name] of blocks(file, 'sh')
      .join('\n')
      .matchAll(/\bnpm run (?:-s )?([\w:]+)/g))
      expect(scripts).toContain(name);
  });

  it('links to existing files', () => {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      expect(() => read(path.posix.join(path.posix.dirname(file), target!))).not.toThrow();
    }
  });
});

it('the list of error codes is complete', () => {
  const listed = [...read('docs/api.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed).toEqual(errorCodes);
});

it('the list of exit codes is complete', () => {
  const listed = [...read('docs/operations.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(listed).toEqual(Object.entries(exitCodes));
  const used = new Set(errorCodes.map((code) => String(exitCodeOf(code))));
  expect([...used].filter((code) => !(code in exitCodes))).toEqual([]);
});
