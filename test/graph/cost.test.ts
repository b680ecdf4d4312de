import { complexityFromQuery } from '@pothos/plugin-complexity';
import { getOperationAST, getVariableValues, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operationCost } from '../../src/graphql/limits/operation-cost.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { schema } from '../../src/schema.ts';
import { Documents } from '../compile/documents.ts';
import { Random } from '../compile/random.ts';

function weightOf(query: string, variables: Record<string, unknown> = {}, executed = false) {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  const { variableValues } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const { depth, breadth, complexity } = operationCost(schema, document, operation, executed);
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
    for (let n = 0; n < 2_000; n++) {
      const { query: generated, variables } = documents.next();
      // The plugin multiplies what a connection counts by the page size, and knows no objects under keys
      const query = generated.replaceAll(/totalCount( @\w+\(if: [^)]*\))?(?!_)/g, 'pageInfo { hasNextPage }');
      const expected = / (aggregate|keys)_\d/.test(query) ? undefined : weightByPlugin(query, variables);
      if (!expected) continue;
      expect(weightOf(query, variables), query).toEqual(expected);
      compared++;
    }
    expect(compared).toBeGreaterThan(250);
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

  it('counts the rows of a connection for each `totalCount`, whatever the page size', () => {
    const counts = Array.from({ length: 490 }, (_, n) => `c${n}: totalCount`).join(' ');
    const weight = (first: number) =>
      weightOf(`{ projects(first: 100) { nodes { tasks(first: ${first}) { ${counts} } } } }`).complexity;
    expect(weight(0)).toBe(weight(100));
    expect(weight(0)).toBeGreaterThan(100_000);
  });

  it('counts objects under the keys of an aggregate for each group', () => {
    const weight = (first: number, selected: string, executed = false) => {
      const query = `query ($n: Int) { tasksAggregate(groupBy: [{ id: true, project: { id: true } }], first: $n) {
        ${selected} } }`;
      return weightOf(query, { n: first }, executed).complexity;
    };
    const pages = 'keys { project { tasks(first: 100) { nodes { name description } } } }';
    expect(weight(10_000, pages)).toBeGreaterThan(1_000_000);
    expect(weight(11, pages) - weight(10, pages)).toBeGreaterThan(200);
    const counts = '__x: count keys { project { tasks(first: 0) { aggregate { count } } } }';
    expect(weight(10_000, counts)).toBeGreaterThan(100_000);
    expect(weight(10_000, counts, true)).toBeGreaterThan(100_000);
    expect(weight(200, counts)).toBeLessThan(10_000);
    const key = '... on TasksAggregate { keys { projectKeys { client { name } } } }';
    expect(weight(200, key) - weight(100, key)).toBeGreaterThan(200);
  });

  it('counts each value of a group that is not computed in a statement', () => {
    const counts = Array.from({ length: 97 }, (_, n) => `c${n}: count`).join(' ');
    const weight = (args: string, executed: boolean) =>
      weightOf(`{ tasksAggregate(${args}) { ${counts} } }`, {}, executed).complexity;
    const byTask = 'groupBy: [{ id: true }], first: 10000';
    expect(weight(byTask, false)).toBeLessThan(10_000);
    expect(weight(byTask, true)).toBeGreaterThan(970_000);
    // Without keys there is one group
    expect(weight('first: 10000', true)).toBeLessThan(200);
    const byMonth = weightOf('{ timeEntriesAggregate(groupBy: [MONTH], limit: 500) { count } }', {}, true);
    expect(byMonth.complexity).toBe(510);
  });

  it('is computed at once for fragments that double each other', () => {
    const doubled = Array.from({ length: 60 }, (_, n) => `fragment f${n} on Project { ...f${n + 1} ...f${n + 1} }`);
    const query = `{ projects { nodes { ...f0 } } } ${doubled.join(' ')} fragment f60 on Project { id }`;
    const document = parse(query);
    expect(operationCost(schema, document, getOperationAST(document)!).breadth).toBe(2 ** 60 + 2);
  });
});
