import { sql } from 'drizzle-orm';
import { Declined } from '../../access/decline.ts';
import { codeField } from './code-field.ts';
import { columnOutput } from './columns.ts';
import type { CompileObject, Compiling } from './compiling.ts';
import { connectionField } from './connection.ts';
import { requireReadable } from './field-rules.ts';
import { quoted } from './json.ts';
import { modelOf } from './model-of.ts';
import { type Output, objectOf } from './output.ts';
import { relationField } from './relation.ts';
import type { Row } from './row.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';

/** Compiles the fields that a document selects on a row, by their declarations. */
export const compileObject =
  (compiling: Compiling): CompileObject =>
  (of, type, row) => {
    if (modelOf(type) !== row.name) throw new Declined(`rows of ${row.name} are not ${type.name}`);
    const fields = compiling.selections.under(of, type);
    return objectOf(fields.map((field) => ({ key: field.key, output: compileField(field, row, compiling) })));
  };

/** Compiles a field that a document selects on a row. */
export function compileField(selected: Selected, row: Row, compiling: Compiling): Output {
  const { field, parent } = selected;
  if (isTypename(selected)) return { json: quoted(parent.name) };
  requireReadable(selected, compiling.context);
  try {
    return declared(selected, row, compiling);
  } catch (error) {
    if (error instanceof Declined && !error.reason.field)
      throw new Declined(error.reason.why, coordinateOf({ field, parent }));
    throw error;
  }
}

function declared(selected: Selected, row: Row, compiling: Compiling): Output {
  const { field, parent } = selected;
  const { pothosDrizzleVariant, pothosDrizzleSelect, pothosDrizzleLoaded } = field.extensions;
  if (isGlobalId(selected)) return { json: [`"${parent.name}:`, sql`${row.sql('id')}::text`, '"'] };
  if (typeof pothosDrizzleVariant === 'string') {
    if (typeof pothosDrizzleSelect !== 'object') throw new Declined('is not a column');
    return columnOutput(field.type, row.column(pothosDrizzleVariant), row.sql(pothosDrizzleVariant));
  }
  if (typeof pothosDrizzleSelect === 'function' && pothosDrizzleLoaded) {
    const paged = field.args.some(({ name }) => name === 'after');
    return paged ? connectionField(selected, row, compiling) : relationField(selected, row, compiling);
  }
  if (!pothosDrizzleSelect) throw new Declined('is resolved by code');
  return codeField(selected, pothosDrizzleSelect, row, compiling);
}

/** The `id` that every node has: its type and its row's id. No declaration can change it. */
function isGlobalId({ field, parent }: Selected): boolean {
  return field.name === 'id' && parent.getInterfaces().some(({ name }) => name === 'Node');
}
