// Node reads the package.json of a package again for each of its modules and for each file that imports it. That of
// drizzle-orm has 290 kB, and the package 700 modules: seconds of processor time at every start. This hook resolves
// them without reading it.
import { registerHooks } from 'node:module';

const inside = /\/node_modules\/drizzle-orm\/.+\.js$/;
const resolved = new Map();

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '', conditions } = context;
    if (!conditions.includes('import')) return next(specifier, context);
    if (/^\.{1,2}\//.test(specifier) && inside.test(parentURL)) {
      return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
    }
    if (!/^drizzle-orm(\/|$)/.test(specifier)) return next(specifier, context);
    const known = resolved.get(specifier) ?? next(specifier, context);
    resolved.set(specifier, known);
    return { ...known, shortCircuit: true };
  },
});
