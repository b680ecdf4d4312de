import type { TableName } from '../../../access/row-rules.ts';
import { relations } from '../../../relations.ts';
import type { AnyOperation, AnySpec, AnyTable } from './any-spec.ts';
import { type ColumnReference, type Field, fieldsOf } from './fields.ts';
import { toPlural, toWords } from './naming.ts';

/** A declaration with the properties of its table: the input of everything that `defineResource` makes. */
export interface Model {
  table: TableName;
  rows: AnyTable;
  spec: AnySpec;
  noun: string;
  nouns: string;
  fields: readonly Field[];
  /** The reference to the row that a row is part of. */
  parent: ColumnReference | undefined;
}

/** Throws when a declaration contradicts its table or itself. */
export function modelOf(table: TableName, given: AnySpec): Model {
  const spec = withExternalReference(table, given);
  const noun = spec.noun ?? toWords(spec.name);
  const fields = fieldsOf(table, spec, noun);
  const parent = fields.find(({ reference }) => reference && reference.relation === spec.parent)?.reference;
  if (spec.parent && !parent) throw new Error(`${spec.name}: the parent ${spec.parent} is not among its fields`);
  if (parent && spec.update?.writes?.includes(parent.column))
    throw new Error(`${spec.name}: update writes ${parent.column}, but a row stays with its parent`);
  const { write } = spec;
  if (typeof write === 'object' && !write.needs && spec.create && !spec.create.write)
    throw new Error(`${spec.name} declares who changes rows, but not who creates them: set create.write`);
  const rows = relations[table].table as unknown as AnyTable;
  return { table, rows, spec, noun, nouns: spec.nouns ?? toPlural(noun), fields, parent };
}

export const extensionsOf = ({ spec: { module } }: Model): { module?: string } => (module ? { module } : {});

/** Adds the external reference, which integrators may write wherever the row is created or updated. */
function withExternalReference(table: TableName, spec: AnySpec): AnySpec {
  if (!('externalReference' in relations[table].table)) return spec;
  const withKey = (of: AnyOperation) => ({ ...of, writes: [...(of.writes ?? []), 'externalReference'] });
  return {
    ...spec,
    ...(spec.create && { create: withKey(spec.create) }),
    ...(spec.update && { update: withKey(spec.update) }),
  };
}
