import { once } from 'node:events';
import { type Address, connectSocket, type Ssl, secureSocket } from './socket.ts';

/** The key that the server issued for cancelling the statements of a connection. */
export interface Backend {
  pid: number;
  secret: number;
}

export interface CancelTarget {
  address: Address;
  ssl: Ssl | undefined;
  /** The name that a TLS certificate must carry. */
  host: string;
  backend: Backend;
}

const cancelCode = 80_877_102;

/**
 * Asks the server to cancel the running statement of a connection. (postgres.js's `query.cancel()` cannot be awaited,
 * ends the process if it cannot connect, and hangs on a connection that is still opening.)
 *
 * Resolves when the server has closed the cancel connection. By then it has signalled the backend, and a backend
 * handles its signals before it reads the next message. So a statement that is sent after this resolves absorbs the
 * cancel at the latest: once it has been answered, later statements are safe. Rejects if that is not certain.
 */
export async function requestCancel(target: CancelTarget, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const plain = await connectSocket(target.address, timeoutMs);
  // Without a listener, an error between two waits would end the process. The next wait then lasts until the signal
  // aborts it
  plain.on('error', () => {});
  try {
    const socket = target.ssl ? await secureSocket(plain, target.ssl, target.host, signal) : plain;
    const ended = once(socket, 'end', { signal });
    socket.resume();
    socket.write(cancelPacket(target.backend));
    await ended;
  } finally {
    plain.destroy();
  }
}

function cancelPacket({ pid, secret }: Backend): Buffer {
  const packet = Buffer.alloc(16);
  packet.writeUInt32BE(packet.length, 0);
  packet.writeUInt32BE(cancelCode, 4);
  packet.writeUInt32BE(pid, 8);
  packet.writeUInt32BE(secret, 12);
  return packet;
}
