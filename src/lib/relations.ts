import type { TableRelationalConfig } from 'drizzle-orm';

type Part = Record<string, TableRelationalConfig>;
type Merged<Parts extends readonly Part[]> = Parts extends readonly [infer First, ...infer Rest extends readonly Part[]]
  ? First & Merged<Rest>
  : unknown;

/** Merges the relations of all modules. A module may add relations to the table of a lower one. */
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
