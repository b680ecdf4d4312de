import type { AdminTx } from '../../db/admin.ts';
import type { TenantSchema } from '../schemas/build-schema.ts';
import { type Aspect, aspectNames, hashesOf, linesOf } from './aspects.ts';

/** The definitions of one aspect of a schema, by name. */
export type Definitions = ReadonlyMap<string, string>;

/** The fingerprint of each aspect; an aspect without definitions has none. */
export type Fingerprint = ReadonlyMap<Aspect, string>;

type Runner = Pick<AdminTx, 'run'>;

const argumentsOf = (places: readonly TenantSchema[]) => [
  places.map(({ schemaName }) => schemaName),
  places.map(({ roleName }) => roleName),
];

/** The fingerprints of many schemas, by one query per aspect. A schema that does not exist has none. */
export async function fingerprintsOf(
  admin: Runner,
  places: readonly TenantSchema[],
): Promise<ReadonlyMap<string, Fingerprint>> {
  const prints = new Map<string, Map<Aspect, string>>();
  for (const aspect of aspectNames) {
    const rows = await admin.run<{ schema: string; hash: string }>(hashesOf(aspect), argumentsOf(places));
    for (const { schema, hash } of rows) {
      const print = prints.get(schema) ?? new Map<Aspect, string>();
      prints.set(schema, print.set(aspect, hash));
    }
  }
  return prints;
}

/** All definitions of one aspect in each of the schemas. */
export async function definitionsOf(
  admin: Runner,
  aspect: Aspect,
  places: readonly TenantSchema[],
): Promise<ReadonlyMap<string, Definitions>> {
  const rows = await admin.run<{ schema: string; name: string; definition: string | null }>(
    linesOf(aspect),
    argumentsOf(places),
  );
  const bySchema = new Map(places.map(({ schemaName }) => [schemaName, new Map<string, string>()]));
  for (const { schema, name, definition } of rows) bySchema.get(schema)?.set(name, definition ?? '');
  return bySchema;
}
