import { inject } from 'vitest';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { testSecret } from './test-secret.ts';

/** With TEST_THROUGH_PGBOUNCER=1: the address through the run's pgbouncer. */
export function routed(url: string): string {
  const port = inject('pgbouncerPort');
  if (port === 0) return url;
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}

/** Whether connections go through the run's pgbouncer. */
export const isRouted = (): boolean => inject('pgbouncerPort') !== 0;

/** What an operator sets who has put a pooler between the program and its database. */
export async function pooledEnvironment(
  adminUrl: string,
  route: (url: string) => string,
): Promise<Record<string, string>> {
  const { appUrl } = await bootstrap({ adminUrl, secret: testSecret });
  return {
    DATABASE_URL: route(appUrl),
    ADMIN_DATABASE_URL: adminUrl,
    LISTEN_DATABASE_URL: appUrl,
    PREPARE: 'false',
  };
}
