import { openStorage } from '../../storage/open-storage.ts';
import type { S3Settings } from '../../storage/s3-storage.ts';
import type { Storage } from '../../storage/storage.ts';
import type { LockingKey, OpeningKey } from '../archive/archive-key.ts';
import type { Retention } from '../archive/retention.ts';

/** The configuration of scheduled backups. */
export interface BackupSettings {
  /** Addresses of storages; each gets all archives. */
  targets: readonly string[];
  /** The installation's own folder for archives, which is created if it is missing. */
  ownFolder: string;
  /** A cron expression in UTC; undefined: only the command runs backups. */
  schedule: string | undefined;
  /** The longest random delay of a scheduled run; milliseconds. */
  jitterMs: number;
  retention: Retention;
  /**
   * How old a full archive may be that an incremental one refers to; undefined: every archive is full. Milliseconds.
   */
  fullEveryMs: number | undefined;
  /** The age recipients who can open the archives; empty if archives are not encrypted. */
  recipients: readonly string[];
  drill: DrillSettings;
  s3: S3Settings;
}

export interface DrillSettings {
  /** A cron expression in UTC; undefined for no drills. */
  schedule: string | undefined;
  /** The share of the organizations that a drill verifies. */
  share: number;
  /** The age identities that open the archives. */
  identities: readonly string[];
}

/** Opens a target. A folder that the operator named must exist: it may be a disk that is not mounted now. */
export const openTarget = ({ ownFolder, s3 }: BackupSettings, target: string): Promise<Storage> =>
  openStorage(target, s3, { create: target === ownFolder });

export const lockOf = ({ recipients }: BackupSettings): LockingKey | undefined =>
  recipients.length === 0 ? undefined : { recipients };

export const keyOf = ({ identities }: DrillSettings): OpeningKey | undefined =>
  identities.length === 0 ? undefined : { identities };
