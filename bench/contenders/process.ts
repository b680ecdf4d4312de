import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { poll } from '../../src/lib/poll.ts';
import type { Contender } from './contender.ts';

const readyWithinMs = 300_000;

/** A contender's own process, serving on a port of this machine. */
export class ContenderProcess implements AsyncDisposable {
  readonly contender: Contender;
  readonly port: number;
  /** From the start of the process to its first answer; milliseconds. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(contender: Contender, port: number, startMs: number, child: ChildProcess) {
    this.contender = contender;
    this.port = port;
    this.startMs = startMs;
    this.#child = child;
  }

  /** Throws when it does not serve in time. What it says goes to a file in `bench/.data`. */
  static async start(contender: Contender, databaseUrl: string): Promise<ContenderProcess> {
    const port = await freePort();
    const logFile = path.resolve(import.meta.dirname, `../.data/${contender.name}.log`);
    await using log = await open(logFile, 'w');
    const began = performance.now();
    const child = spawn(process.execPath, contender.program, {
      env: { PATH: process.env.PATH, ...contender.environment(contender.dataset?.url ?? databaseUrl, port) },
      stdio: ['ignore', log.fd, log.fd],
    });
    const ready = await poll(
      async () => (hasEnded(child) ? 'ended' : (await answers(port, contender.readyPath)) && 'serving'),
      readyWithinMs,
    );
    if (ready !== 'serving') {
      child.kill();
      throw new Error(`${contender.title} does not start: see ${logFile}`);
    }
    return new ContenderProcess(contender, port, performance.now() - began, child);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (hasEnded(this.#child)) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => (exitCode ?? signalCode) !== null;

/** Undefined while nobody listens, or who listens is not ready. */
const answers = (port: number, path: string): Promise<true | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => (response.status === 503 ? undefined : true),
    () => undefined,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
