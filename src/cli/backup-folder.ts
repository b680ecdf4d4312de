import path from 'node:path';
import type { Config } from '../config.ts';

/** Where archives are when no folder is named. */
export const backupFolder = ({ dataDir }: Config): string => path.join(dataDir, 'backups');
