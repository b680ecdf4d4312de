import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { root } from './sources.ts';
import { testSecret } from './test-secret.ts';
import { withoutLimits } from './without-limits.ts';

/** Starts the program as an operator does in production, until the test ends. */
export function startProgram(args: string[], env: Record<string, string>): ChildProcess {
  const { PATH = '' } = process.env;
  const production = { NODE_ENV: 'production', SECRET: testSecret, PORT: '0', HOST: '127.0.0.1' };
  const child = spawn(process.execPath, [path.join(root, 'bin/chantier.js'), ...args], {
    env: { PATH, ...production, ...withoutLimits, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs a command to its end. */
export async function runProgram(args: string[], env: Record<string, string>) {
  const child = startProgram(args, env);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

/** Waits until the log says so, and gives that line. */
export async function logged(child: ChildProcess, message: string): Promise<Record<string, unknown>> {
  for await (const line of createInterface(child.stderr!)) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (entry.msg === message) return entry;
  }
  throw new Error(`The program ended and never logged "${message}"`);
}
