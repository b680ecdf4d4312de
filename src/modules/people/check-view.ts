import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  validateInputValue,
} from 'graphql';
import { builtGraph } from '../../graphql/declare/built-graph.ts';
import { checkRequestOperands } from '../../graphql/declare/relative-operands.ts';
import { checkBounds } from '../../graphql/limits/check-bounds.ts';
import { AppError, badInput } from '../../lib/errors.ts';

/** Most characters of the arguments of a view, as JSON. */
export const longestArguments = 10_000;

/** Where a list begins and how long its pages are is not part of a view. */
const paging = ['first', 'after', 'last', 'before'];

interface View {
  list: string;
  arguments: Readonly<Record<string, unknown>>;
  columns: readonly string[];
}

/**
 * Throws BAD_INPUT, naming the argument, unless the list exists in the graph, would take the arguments (`where`,
 * `orderBy`), and has the columns.
 */
export function checkView({ list, arguments: given, columns }: View): void {
  const field = listOf(list);
  if (JSON.stringify(given).length > longestArguments)
    throw badInput(`at most ${longestArguments} characters as JSON`, 'input.arguments');
  for (const [name, value] of Object.entries(given)) {
    const argument = field.args.find((each) => each.name === name && !paging.includes(name));
    if (!argument) throw badInput(`${list} has no argument of this name for views`, `input.arguments.${name}`);
    validateInputValue(
      value,
      argument.type,
      (_error, path) => {
        throw badInput(`is not what ${list} takes`, ['input.arguments', name, ...path].join('.'));
      },
      true,
    );
  }
  checkArguments(field, given);
  const node = nodeOf(field);
  for (const [place, column] of columns.entries())
    if (!isColumn(node, column.split('.'))) throw badInput(`${node} has no such column`, `input.columns.${place}`);
}

type Field = GraphQLField<unknown, unknown>;

/** A list of all rows of a type, which can be filtered and ordered. */
function listOf(name: string): Field {
  const field = builtGraph().getQueryType()?.getFields()[name];
  const taken = field?.args.map((argument) => argument.name) ?? [];
  if (!field || !taken.includes('where') || !taken.includes('orderBy') || !taken.includes('first'))
    throw badInput('is not a list that can be filtered and ordered', 'input.list');
  return field;
}

/** The bounds of texts, lists, ids and relative periods are those of a query with these arguments. */
function checkArguments(field: Field, given: View['arguments']): void {
  const used = field.args.filter(({ name }) => Object.hasOwn(given, name));
  if (used.length === 0) return;
  const variables = used.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const document = parse(`query (${variables}) { ${field.name}(${passed}) { __typename } }`);
  try {
    checkBounds({ schema: builtGraph(), document, variableValues: given });
    checkRequestOperands(field, given);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_INPUT') throw error;
    throw badInput(error.message, `input.arguments.${error.details.field ?? ''}`);
  }
}

function nodeOf(field: Field): GraphQLNamedType {
  const connection = getNamedType(field.type);
  const nodes = isObjectType(connection) ? connection.getFields().nodes : undefined;
  if (!nodes) throw badInput('is not a list that can be filtered and ordered', 'input.list');
  return getNamedType(nodes.type);
}

/** A path of fields without required arguments that ends at a value. */
function isColumn(type: GraphQLNamedType, [name, ...rest]: readonly string[]): boolean {
  const field = isObjectType(type) && name !== undefined ? type.getFields()[name] : undefined;
  if (!field || field.args.some(isRequiredArgument)) return false;
  const next = getNamedType(field.type);
  return rest.length === 0 ? isLeafType(next) : isColumn(next, rest);
}
