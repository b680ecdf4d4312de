#!/usr/bin/env node
// The command for any Node: it hands over to the one that npm installed beside the program when this one is too old.
import { spawn } from 'node:child_process';
import * as module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder.js';
import { findNode, root } from './node-24.js';

const node = findNode();
if (node === process.execPath) {
  loadSettings();
  module.enableCompileCache(cacheFolder);
  await import('./drizzle-resolution.js');
  await import(pathToFileURL(path.join(root, 'src', 'main.ts')).href);
} else if (node) {
  handOver(node);
}

function loadSettings() {
  try {
    process.loadEnvFile(path.join(root, '.env'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function handOver(program) {
  const child = spawn(program, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its interrupts to both; what is sent to us alone is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${program} does not run: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal).kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}
