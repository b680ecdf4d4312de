import { expect, it } from 'vitest';
import { canonicalUrl } from './database-address.ts';
import { openServer, type Server } from './open-server.ts';

it('closes a connection whose server cannot say what it is, and tries the next server', async () => {
  const events: string[] = [];
  const opener = {
    open: async ({ port }: Server) => port,
    stateOf: async (port: number) => {
      if (port === 1) throw new Error('canceling statement due to statement timeout');
      return { isStandby: port === 2, isReadOnly: false };
    },
    close: (port: number) => void events.push(`closed ${port}`),
  };
  const url = canonicalUrl('postgres://u:p@a:1,b:2,c:3/db?target_session_attrs=primary')!;
  expect(await openServer(url, opener)).toBe(3);
  expect(events).toEqual(['closed 1', 'closed 2']);
});
