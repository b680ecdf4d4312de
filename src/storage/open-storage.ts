import path from 'node:path';
import { badInput } from '../lib/errors.ts';
import { FolderStorage } from './folder-storage.ts';
import type { S3Settings } from './s3-storage.ts';
import type { ObjectPlace, Storage } from './storage.ts';

const s3Address = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** Whether a text is the address of a storage: a path, or `s3://bucket/prefix`. */
export const isStorageAddress = (text: string): boolean => !text.includes('://') || s3Address.test(text);

/** Opens a folder or a bucket by its address. Throws BAD_INPUT for any other address. */
export async function openStorage(address: string, s3: S3Settings, options?: { create?: boolean }): Promise<Storage> {
  if (!address.includes('://')) return new FolderStorage(path.resolve(address), options);
  const [, bucket, below = ''] = s3Address.exec(address) ?? [];
  if (bucket === undefined) throw badInput(`${address} is neither a path nor like s3://bucket/prefix`, 'to');
  // The client of S3 takes long to load, and few commands need it
  const { S3Storage } = await import('./s3-storage.ts');
  const prefix = below === '' || below.endsWith('/') ? below : `${below}/`;
  return new S3Storage({ bucket, prefix }, s3);
}

/** Finds one object by its address. */
export async function openObject(address: string, s3: S3Settings): Promise<ObjectPlace> {
  const slash = address.lastIndexOf('/');
  if (!address.includes('://')) {
    const file = path.resolve(address);
    return { storage: new FolderStorage(path.dirname(file), { create: false }), name: path.basename(file) };
  }
  return { storage: await openStorage(address.slice(0, slash), s3), name: address.slice(slash + 1) };
}
