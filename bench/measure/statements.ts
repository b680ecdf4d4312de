import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Admin } from '../../src/db/admin.ts';
import type { EmbeddedServer } from '../../src/db/embedded.ts';
import { poll } from '../../src/lib/poll.ts';
import type { Request } from '../contenders/contender.ts';
import { send } from './send.ts';

/** What one request makes the database do, as the database itself reports it. */
export interface Statements {
  /** That read and write. */
  work: number;
  /** That begin, bind and end a transaction. */
  session: number;
}

const asked = 5;
const settleMs = 5_000;
const line = /^([^|]*)\|LOG: +(?:statement|execute [^:]*): (.*)$/;
/** How a listener makes sure that its connection lives; nobody's request. */
const heartbeat = 'select 1';
const session = /^(begin|commit|rollback|set |select set_config)/i;

/**
 * Counts the statements of one request, by the log of the server, where every statement that arrives is written.
 * The contender must be warm, and alone.
 */
export async function countStatements(server: EmbeddedServer, port: number, request: Request): Promise<Statements> {
  const logFile = path.join(server.folder, 'postgres.log');
  await using admin = new Admin({ url: server.url, applicationName: 'bench' });
  await logStatements(admin, 'all');
  try {
    // Connections learn of the setting between two statements.
    for (let n = 0; n < asked; n++) await send(port, request);
    const from = await quietSize(logFile);
    for (let n = 0; n < asked; n++) await send(port, request);
    const to = await quietSize(logFile);
    return tally(await readPart(logFile, from, to));
  } finally {
    await logStatements(admin, 'none');
  }
}

async function logStatements(admin: Admin, which: 'all' | 'none'): Promise<void> {
  await admin.run(`alter system set log_statement = '${which}'`);
  await admin.run('select pg_reload_conf()');
}

function tally(log: string): Statements {
  const texts = log.split('\n').flatMap((logged) => {
    const [, by, text] = line.exec(logged) ?? [];
    return text === undefined || text === heartbeat || by === 'bench' || by === 'chantier catalog' ? [] : [text];
  });
  const sessions = texts.filter((text) => session.test(text)).length;
  return { work: (texts.length - sessions) / asked, session: sessions / asked };
}

/** The size of the log once nothing has been written to it for a while: the end of a read is sent behind its answer. */
async function quietSize(file: string): Promise<number> {
  let before = -1;
  const size = await poll(
    async () => {
      const { size } = await stat(file);
      if (size === before) return size;
      before = size;
      return undefined;
    },
    settleMs,
    100,
  );
  return size ?? before;
}

async function readPart(file: string, from: number, to: number): Promise<string> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.toString('utf8');
}
