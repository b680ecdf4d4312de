import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIfExists, readOrCreateSecret, writeOnce } from './data-dir.ts';

describe('data directory', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'chantier-data-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('keeps one secret of 32 random bytes that only its owner can read', async () => {
    const secret = await readOrCreateSecret(path.join(dir, 'new', 'data'));
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await readOrCreateSecret(path.join(dir, 'new', 'data'))).toBe(secret);
    expect(await readOrCreateSecret(path.join(dir, 'other'))).not.toBe(secret);
    expect((await stat(path.join(dir, 'new', 'data', 'secret'))).mode & 0o777).toBe(0o600);
  });

  it('gives every one of many writers what the first wrote, and leaves no drafts', async () => {
    const writers = Array.from({ length: 20 }, (_, i) => writeOnce(path.join(dir, 'raced'), `writer ${i}`));
    expect(new Set(await Promise.all(writers)).size).toBe(1);
    expect((await readdir(dir)).filter((name) => name.startsWith('raced'))).toEqual(['raced']);
  });

  it('reads nothing where nothing is', async () => {
    expect(await readIfExists(path.join(dir, 'absent'))).toBeUndefined();
  });
});
