// Node reads the package.json of a package again for each of its modules and for each file that imports it. That of
// drizzle-orm has 290 kB, and the package 700 modules: seconds of processor time at every start. This hook resolves
// them without reading it.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './node-24.js';

const inside = /\/node_modules\/drizzle-orm\/.+\.js$/;
const folder = path.join(root, 'node_modules', 'drizzle-orm');
const resolved = new Map();

/** The module of `drizzle-orm` or `drizzle-orm/part`; undefined if it is not where packages usually are. */
function find(specifier) {
  const part = specifier.slice('drizzle-orm/'.length);
  const file = [path.join(folder, part, 'index.js'), path.join(folder, `${part}.js`)].find((each) => existsSync(each));
  return file && { url: pathToFileURL(file).href, format: 'module' };
}

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '', conditions } = context;
    if (!conditions.includes('import')) return next(specifier, context);
    if (/^\.{1,2}\//.test(specifier) && inside.test(parentURL)) {
      return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
    }
    if (!/^drizzle-orm(\/|$)/.test(specifier)) return next(specifier, context);
    const known = resolved.get(specifier) ?? find(specifier) ?? next(specifier, context);
    resolved.set(specifier, known);
    return { ...known, shortCircuit: true };
  },
});
