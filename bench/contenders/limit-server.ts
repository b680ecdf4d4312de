import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/lib/logger.ts';
import type { Variables } from '../operations/operation.ts';
import { operations } from '../operations/operations.ts';
import { findCaller } from './callers.ts';
import { runLimit } from './limit-session.ts';
import { untilTold } from './until-told.ts';

// The limit: POST /<operation> with its variables as JSON; the text that the database made is the answer.

const byPath = new Map(operations.map((operation) => [`/${operation.name}`, operation]));
const config = loadConfig();
await using app = await App.open({ config, logger: createLogger({ level: 'warn', stream: 'stderr' }) });
const server = createServer((request, response) => void respond(request, response));
await untilTold(server, config.port);

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const operation = byPath.get(request.url ?? '')!;
    const caller = await findCaller(app, request.headers.authorization);
    const body = await runLimit(app.pool, caller, operation, JSON.parse(await textOf(request)) as Variables);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  } catch (error) {
    response.writeHead(500);
    response.end(String(error));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
