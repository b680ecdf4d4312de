import type { IncomingMessage } from 'node:http';
import { AppError } from '../../lib/errors.ts';
import type { BodyRule } from './route.ts';

export const tooLarge = (maxBytes: number): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', `The body has more than ${maxBytes} bytes`, { maxBytes });

/** The chunks of the body as they arrive. Throws PAYLOAD_TOO_LARGE at the first byte beyond the limit. */
export async function* readChunks(request: IncomingMessage, rule: BodyRule): AsyncGenerator<Buffer> {
  const maxBytes = rule === 'none' ? 0 : rule.maxBytes;
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw request.complete || !request.destroyed ? error : new AppError('CANCELLED', 'The client disconnected');
  }
}

export async function joined(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Throws BAD_INPUT for invalid UTF-8, which would otherwise become replacement characters. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('BAD_INPUT', 'The body is not valid UTF-8', { field: 'body' });
  }
}

/** Throws BAD_INPUT, with the field `body`, when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('BAD_INPUT', 'The body is not valid JSON', { field: 'body' });
  }
}
