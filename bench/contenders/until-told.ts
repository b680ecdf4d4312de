import { once } from 'node:events';
import type { Server } from 'node:http';

/** Serves on a port of this machine until the process is told to end. */
export async function untilTold(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(process, 'SIGTERM');
  server.close();
  server.closeAllConnections();
}
