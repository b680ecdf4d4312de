import type { TableRelationalConfig } from 'drizzle-orm';

type Part = Record<string, TableRelationalConfig>;
type Merged<Parts extends readonly Part[]> = Parts extends readonly [infer First, ...infer Rest extends readonly Part[]]
  ? First & Merged<Rest>
  : unknown;

/** The relations of all modules together. A module adds to a lower one's table, so parts meet on a table: both stay. */
export function mergeRelations<const Parts extends readonly Part[]>(...parts: Parts): Merged<Parts> {
  const merged: Part = {};
  for (const part of parts) {
    for (const [name, config] of Object.entries(part)) {
      const known = merged[name];
      merged[name] = known ? { ...known, relations: { ...known.relations, ...config.relations } } : config;
    }
  }
  return merged as Merged<Parts>;
}
