import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as pg from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { readSources, root } from '../support/sources.ts';

const page = readFileSync(path.join(root, 'docs/resources.md'), 'utf8');
const spec = readFileSync(path.join(root, 'src/graphql/declare/resource/any-spec.ts'), 'utf8');

const optionsOf = (name: string): string[] => {
  const body = new RegExp(`interface ${name}[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(spec)![1]!;
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, option]) => option!);
};

describe('docs/resources.md', () => {
  it.each(['AnySpec', 'FieldOptions', 'AnyOperation', 'AnyAction'])('names every option of %s', (name) => {
    const options = optionsOf(name);
    expect(options.length).toBeGreaterThan(1);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });

  it('names existing functions', () => {
    const code = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
    const called = new Set(
      code.flatMap((text) => [...text.matchAll(/(?<![\w.])([a-z]\w+)\(/g)].map(([, name]) => name!)),
    );
    const sources = readSources('src').map(({ text }) => text);
    const known = (name: string) =>
      name in pg || sources.some((text) => new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm').test(text));
    expect(called.size).toBeGreaterThan(10);
    expect([...called].filter((name) => !known(name))).toEqual([]);
  });

  it('shows code from the program', () => {
    const plain = (text: string) => text.replace(/\s+/g, ' ').replaceAll(', }', ' }').replaceAll(', ]', ' ]');
    const sources = plain(
      readSources('src/modules')
        .map(({ text }) => text)
        .join('\n'),
    );
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => plain(code!).trim());
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(sources.includes(block), block).toBe(true);
  });
});
