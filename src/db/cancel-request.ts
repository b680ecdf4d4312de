import { once } from 'node:events';
import { type Address, connectSocket, type Ssl, secureSocket } from './socket.ts';

/** What the server gave a connection to cancel its statements by. */
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
 * Asks the server to cancel what a connection is running. (Not postgres.js's `query.cancel()`, which cannot be awaited,
 * ends the process when it cannot connect and hangs on a connection that is still being opened.)
 *
 * Resolves when the server has closed this connection of its own accord. It does so after it has signalled the backend,
 * and a backend handles its signals before it reads the next message: once a statement sent after this resolved was
 * answered, no cancel is left that could hit a later one. Rejects when that is not certain.
 */
export async function requestCancel(target: CancelTarget, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const plain = await connectSocket(target.address, timeoutMs);
  // Between two waits an error has no listener of ours; the next wait then ends by the signal.
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
