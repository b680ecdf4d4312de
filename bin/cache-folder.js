import path from 'node:path';
import { root } from './node-24.js';

/** Where Node keeps what it compiled. Where it cannot be written, Node reads what is there and compiles the rest. */
export const cacheFolder = process.env.NODE_COMPILE_CACHE || path.join(root, 'node_modules', '.cache', 'chantier');
