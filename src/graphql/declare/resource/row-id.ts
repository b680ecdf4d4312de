import type { InputFieldRef } from '@pothos/core';
import type { TableName } from '../../../access/row-rules.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import type { GlobalId } from '../global-id.ts';
import type { InputBuilder } from '../mutation.ts';

const typenames = new Map<TableName, string>();

/** The GraphQL type that shows the rows of a table. Call it only after all modules are loaded. */
export function typenameOf(table: TableName): string {
  const known = typenames.get(table);
  if (known !== undefined) return known;
  for (const { name, kind, extensions } of builder.configStore.typeConfigs.values()) {
    if (kind !== 'Object' || extensions?.pothosDrizzleModel !== table) continue;
    typenames.set(table, name);
    return name;
  }
  throw new Error(`No GraphQL type shows ${table}`);
}

/**
 * An input that takes the id of a row: `t.globalID({ for: … })`, but by table name. Types that refer to each other need
 * not import each other, and a type can refer to itself.
 */
export function rowId<Required extends boolean = false>(
  t: InputBuilder,
  table: TableName,
  { description, required }: { description: string; required?: Required },
) {
  // `relayGlobalIDFor` is internal to the relay plugin: check it when Pothos is upgraded
  const extensions = { isRelayGlobalID: true, relayGlobalIDFor: [{ typename: typenameOf(table), parseId: undefined }] };
  const made: unknown = t.id({ description, required: required ?? false, extensions });
  return made as InputFieldRef<SchemaTypes, Required extends true ? GlobalId : GlobalId | null | undefined>;
}
