// Plain JavaScript for whatever Node the machine has, because its job is to find the one that the program needs.
// As a script it prints the folder of that Node, for the PATH of the npm scripts.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const needed = 24;

/** This Node when it runs the TypeScript sources as they are, or else the one that npm installs beside the program. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  // Not node_modules/.bin/node: npm 10 leaves that link out.
  const pinned = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  console.error(
    `Chantier needs Node.js ${needed}, this is ${process.version}: run npm install, which brings it along where it can, or get it from https://nodejs.org`,
  );
  process.exitCode = 1;
  return undefined;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const node = findNode();
  if (node) console.log(path.dirname(node));
}
