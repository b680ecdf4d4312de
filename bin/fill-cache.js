// For the image: loads every file of the program once, so that the compile cache has them all before the first start.
import { readdirSync } from 'node:fs';
import * as module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder.js';
import { root } from './node-24.js';

module.enableCompileCache(cacheFolder);
await import('./drizzle-resolution.js');
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'main.ts',
);
for (const name of sources) await import(pathToFileURL(path.join(root, 'src', name)).href);
console.log(`${sources.length} files are in the compile cache`);
