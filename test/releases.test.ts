import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from './support/sources.ts';

it('the releases are listed by version and whole commit, each once', async () => {
  const releases: { version: string; commit: string }[] = JSON.parse(
    await readFile(path.join(root, 'releases.json'), 'utf8'),
  );
  for (const { version, commit } of releases) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
  }
  expect(releases.length).toBeGreaterThan(0);
  expect(new Set(releases.map(({ commit }) => commit)).size).toBe(releases.length);
});
