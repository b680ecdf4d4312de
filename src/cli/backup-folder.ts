import path from 'node:path';
import type { Config } from '../config.ts';

/** The default folder of archives. */
export const backupFolder = ({ dataDir }: Config): string => path.join(dataDir, 'backups');
