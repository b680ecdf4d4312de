import { complexityFromQuery } from '@pothos/plugin-complexity';
import { getOperationAST, getVariableValues, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operationCost } from '../../src/graphql/limits/operation-cost.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { schema } from '../../src/schema.ts';
import { Documents } from '../compile/documents.ts';
import { Random } from '../compile/random.ts';

function weightOf(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  const { variableValues } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const { depth, breadth, complexity } = operationCost(schema, document, operation);
  return { depth, breadth, complexity: complexity(variableValues!) };
}

/** Undefined where it reads ids and cursors too, and refuses them. */
function weightByPlugin(query: string, variables: Record<string, unknown>) {
  try {
    return complexityFromQuery(query, { schema, variables, ctx: {} });
  } catch {
    return undefined;
  }
}

describe('the cost of an operation', () => {
  it('follows from the declarations', () => {
    const ids = new Map(['Project', 'Task', 'Profile', 'Channel'].map((type) => [type, [`${type}:${uuidv7()}`]]));
    const documents = new Documents(schema, new Random(11), ids, [], undefined);
    let compared = 0;
    for (let n = 0; n < 1_000; n++) {
      const { query, variables } = documents.next();
      // The plugin multiplies the aggregate of a connection by the page size
      const expected = / aggregate_\d/.test(query) ? undefined : weightByPlugin(query, variables);
      if (!expected) continue;
      expect(weightOf(query, variables), query).toEqual(expected);
      compared++;
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('depends on page sizes, and on no other argument', () => {
    const query = 'query ($n: Int, $ids: [ID!]!) { projects(first: $n) { nodes { name } } nodes(ids: $ids) { id } }';
    const weight = (n: number, ids: string[]) => weightOf(query, { n, ids }).complexity;
    expect(weight(20, ['no id']) - weight(10, ['no id'])).toBe(weight(30, ['a']) - weight(20, ['b']));
    expect(weight(10, ['a', 'b']) - weight(10, ['a'])).toBe(1);
  });

  it('counts the aggregate of a connection once, whatever the page size, under each row', () => {
    const weight = (first: number, under = '') =>
      weightOf(`{ projects(first: ${first}) { ${under} aggregate(first: 10000) { count } } }`).complexity;
    expect(weight(0)).toBe(weight(100));
    expect(weight(0)).toBeGreaterThan(100);
    const nested = '...on ProjectConnection { nodes { tasks(first: 0) { aggregate { count } } } }';
    expect(weight(20, nested) - weight(10, nested)).toBeGreaterThan(10 * 20);
  });

  it('is computed at once for fragments that double each other', () => {
    const doubled = Array.from({ length: 60 }, (_, n) => `fragment f${n} on Project { ...f${n + 1} ...f${n + 1} }`);
    const query = `{ projects { nodes { ...f0 } } } ${doubled.join(' ')} fragment f60 on Project { id }`;
    const document = parse(query);
    expect(operationCost(schema, document, getOperationAST(document)!).breadth).toBe(2 ** 60 + 2);
  });
});
