import path from 'node:path';
import type { Config } from '../config.ts';
import { openObject, openStorage } from '../storage/open-storage.ts';
import type { ObjectPlace, Storage } from '../storage/storage.ts';

/** The folder for archives unless an option names a storage. */
const defaultAddress = ({ dataDir }: Config): string => path.join(dataDir, 'backups');

/** The storage that an option names, or the default one. */
export const archiveStorage = (config: Config, address: string | undefined): Promise<Storage> =>
  openStorage(address ?? defaultAddress(config), config.s3);

/** The archive that an argument names: a file, or `s3://bucket/name`. */
export const archiveAt = (config: Config, address: string): Promise<ObjectPlace> => openObject(address, config.s3);
