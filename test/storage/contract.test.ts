import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import type { S3Settings } from '../../src/storage/s3-storage.ts';
import { listNames, type Storage } from '../../src/storage/storage.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

const noS3: S3Settings = { endpoint: undefined, region: 'us-east-1', credentials: undefined, lockMs: undefined };
let s3: S3Server;
let folder: string;

beforeAll(async () => {
  s3 = await startS3Server();
  folder = await mkdtemp(path.join(tmpdir(), 'chantier-storage-'));
});

afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function* pieces(...parts: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

let n = 0;
const opened: Record<string, () => Promise<Storage>> = {
  'a folder': () => openStorage(path.join(folder, `new-${++n}`), noS3),
  'a bucket of S3': () => openStorage(`s3://${s3.bucket}/below-${++n}`, s3.settings),
};

describe.each(Object.entries(opened))('%s', (_, open) => {
  it('returns what was written, with its size and checksum', async () => {
    using storage = await open();
    const data = randomBytes(100_000);
    const written = await storage.put('a.tar', pieces(data.subarray(0, 7), data.subarray(7)));
    expect(written.bytes).toBe(data.length);
    expect(await buffer(storage.get('a.tar'))).toEqual(data);
    const found = await storage.head('a.tar');
    expect(found).toMatchObject({ name: 'a.tar', bytes: data.length, checksum: written.checksum });
    expect(Math.abs(Date.now() - found!.modifiedAt.getTime())).toBeLessThan(600_000);
  });

  it('writes objects that are larger than a part of an upload', async () => {
    using storage = await open();
    const data = randomBytes(18 * 1024 * 1024);
    const written = await storage.put('large.tar', pieces(data));
    expect((await storage.head('large.tar'))?.checksum).toBe(written.checksum);
    expect((await buffer(storage.get('large.tar'))).equals(data)).toBe(true);
  });

  it('stores an empty object', async () => {
    using storage = await open();
    await storage.put('empty', pieces());
    expect(await storage.head('empty')).toMatchObject({ bytes: 0 });
    expect(await buffer(storage.get('empty'))).toHaveLength(0);
  });

  it('lists by prefix, in order, also below folders, and deletes', async () => {
    using storage = await open();
    expect(await listNames(storage)).toEqual([]);
    for (const name of ['b.tar', 'a.2', 'a.1', 'below/deep/c']) await storage.put(name, pieces(Buffer.from(name)));
    expect(await listNames(storage)).toEqual(['a.1', 'a.2', 'b.tar', 'below/deep/c']);
    expect(await listNames(storage, 'a.')).toEqual(['a.1', 'a.2']);
    await storage.delete('a.1');
    await storage.delete('a.1');
    expect(await listNames(storage, 'a.')).toEqual(['a.2']);
  });

  it('shows nothing of an object whose content fails, and throws that error', async () => {
    using storage = await open();
    const failure = new Error('on purpose');
    await expect(storage.put('half', pieces(randomBytes(1000), failure))).rejects.toBe(failure);
    const large = [randomBytes(17 * 1024 * 1024), randomBytes(1000), failure];
    await expect(storage.put('half', pieces(...large))).rejects.toBe(failure);
    expect(await listNames(storage)).toEqual([]);
    expect(await storage.head('half')).toBeUndefined();
  });

  it('never replaces an object', async () => {
    using storage = await open();
    await storage.put('kept', pieces(Buffer.from('first')));
    await expect(storage.put('kept', pieces(Buffer.from('second')))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect((await buffer(storage.get('kept'))).toString()).toBe('first');
  });

  it('says that an object does not exist', async () => {
    using storage = await open();
    await expect(buffer(storage.get('none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await storage.head('none')).toBeUndefined();
  });

  it.each(['../out', '/etc/passwd', 'a//b', '.', 'a\\b', 'a\u0000b', ''])('refuses the name %j', async (name) => {
    using storage = await open();
    await expect(storage.put(name, pieces())).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(buffer(storage.get(name))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('stops reading when its reader does', async () => {
    using storage = await open();
    await storage.put('long', pieces(randomBytes(8 * 1024 * 1024)));
    for await (const chunk of storage.get('long')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});

describe('a folder', () => {
  it('deletes the remains of writes that died, once they are old', async () => {
    const own = await mkdtemp(path.join(folder, 'own-'));
    const storage = new FolderStorage(own);
    await storage.put('whole', pieces(Buffer.from('x')));
    for (const name of ['.old.tar.abcd.partial', '.new.tar.abcd.partial']) await writeFile(path.join(own, name), 'x');
    await utimes(path.join(own, '.old.tar.abcd.partial'), 0, 0);
    expect(await listNames(storage)).toEqual(['whole']);
    expect(await storage.discardUnfinished(new Date(Date.now() - 60_000))).toBe(1);
    expect((await readdir(own)).sort()).toEqual(['.new.tar.abcd.partial', 'whole']);
  });

  it('that must exist is unavailable when it does not', async () => {
    using storage = await openStorage(path.join(folder, 'unmounted'), noS3, { create: false });
    await expect(storage.put('a', pieces())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(listNames(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a bucket of S3', () => {
  it('that does not exist, or refuses the key, is a wrong configuration', async () => {
    using none = await openStorage('s3://nowhere', s3.settings);
    await expect(listNames(none)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const credentials = { accessKeyId: 'STRANGER', secretAccessKey: 'wrong' };
    using stranger = await openStorage(`s3://${s3.bucket}`, { ...s3.settings, credentials });
    await expect(listNames(stranger)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('that does not answer is unavailable', async () => {
    using away = await openStorage(`s3://${s3.bucket}`, { ...s3.settings, endpoint: 'http://127.0.0.1:1' });
    await expect(listNames(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
