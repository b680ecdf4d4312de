import { inject } from 'vitest';
import { createDatabaseOn, type TestDatabase } from './create-database.ts';

export type { TestDatabase } from './create-database.ts';

/** A superuser's address of a database on the run's server. */
export const adminUrl = (): string => inject('adminUrl');

/** Makes a fresh, empty database on the run's server; `locale` is what CREATE DATABASE says of it. */
export const createDatabase = (locale?: string): Promise<TestDatabase> => createDatabaseOn(adminUrl(), { locale });

/**
 * Makes a copy of the run's installation, which has a few spares, so that organizations are made quickly. All copies
 * have the same roles: what drops tenants needs an installation of its own.
 */
export const copyInstallation = (): Promise<TestDatabase> =>
  createDatabaseOn(adminUrl(), { template: inject('installation') });
