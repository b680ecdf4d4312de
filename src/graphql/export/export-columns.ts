import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import { coordinateOf, type Selected, type Selections } from '../compile/selection.ts';

/** One column of an export. */
export interface ExportColumn {
  /** The response names on the way to the value, such as `project.client.name`. */
  name: string;
  path: readonly string[];
  /** `json` for lists and connections, which one cell holds as JSON. */
  kind: 'text' | 'number' | 'json';
}

/** Scalars whose text is a number. */
const numbers: ReadonlySet<string> = new Set(['Int', 'Float', 'NonNegativeFloat', 'Decimal']);
export const mostColumns = 500;

/** The columns for the fields that a document selects on an object. Objects become the columns of their fields. */
export function exportColumns(
  of: Pick<Selected, 'nodes'>,
  type: GraphQLObjectType,
  selections: Selections,
): ExportColumn[] {
  const columns = columnsUnder(of, type, selections, []);
  if (columns.length > mostColumns) throw new Declined(`has more than ${mostColumns} columns`);
  return columns;
}

function columnsUnder(
  of: Pick<Selected, 'nodes'>,
  type: GraphQLObjectType,
  selections: Selections,
  before: readonly string[],
): ExportColumn[] {
  return selections.under(of, type).flatMap((selected) => {
    const path = [...before, selected.key];
    const found = getNullableType(selected.field.type) as GraphQLOutputType;
    if (isObjectType(found) && !isConnection(found)) return columnsUnder(selected, found, selections, path);
    return [{ name: path.join('.'), path, kind: kindOf(found, selected) }];
  });
}

function kindOf(type: GraphQLOutputType, selected: Selected): ExportColumn['kind'] {
  if (isListType(type) || isObjectType(type)) return 'json';
  if (!isLeafType(type)) throw new Declined('returns an abstract type', coordinateOf(selected));
  if (type.name === 'JSONObject' || type.name === 'JSON') return 'json';
  return numbers.has(type.name) ? 'number' : 'text';
}

export const isConnection = (type: GraphQLObjectType): boolean => 'pageInfo' in type.getFields();

/** The values of the columns in an object of the answer; null where an object on the way is null. */
export function cellsOf(columns: readonly ExportColumn[], object: unknown): unknown[] {
  return columns.map(({ path }) => {
    let value = object;
    for (const key of path) {
      if (value === null || value === undefined) return null;
      value = (value as Record<string, unknown>)[key];
    }
    return value ?? null;
  });
}
