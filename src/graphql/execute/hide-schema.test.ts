import { buildSchema, getVariableValues, type OperationDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { hideSchema } from './hide-schema.ts';

const schema = buildSchema(`
  type Query { tasks(first: Int, where: TaskFilter!): Task secret: Secret }
  type Task { id: ID! name(kind: Kind!): String }
  enum Kind { ALPHA BETA }
  type Secret { id: ID! }
  input TaskFilter { hidden: String!, kind: Kind }
`);
const notSent = /Task\b|TaskFilter|hidden|Secret|ALPHA|BETA|Kind|Did you mean/;

describe('an error of a closed graph', () => {
  it.each([
    ['{ task }', 'Cannot query field "task" on type "Query".'],
    ['{ secret { name } }', 'Cannot query field "name".'],
    ['{ tasks }', 'Field "tasks" must have a selection of subfields.'],
    ['{ tasks { id } }', /a required value is missing/],
    ['{ tasks(where: {}) { id } }', /a required value is missing/],
    ['{ tasks(where: { nam: "x" }) { id } }', /it does not match the schema|a required value/],
    ['{ tasks(where: { kind: ALPH }) { id } }', 'Value "ALPH" does not exist.'],
    ['{ tasks(where: { kind: "x" }) { id name } }', /./],
    ['{ secret { id { x } } }', /"id" must not have a selection/],
    ['query ($a: Int) { tasks(where: $a) { id } }', /Variable "\$a"/],
    ['{ ... on Secre { id } }', 'Unknown type "Secre".'],
    ['{ secret { id(firs: 1) } }', /./],
    ['{ tasks(firs: 1) { id } }', /./],
  ])('of %s contains only names that the client sent', (text, message) => {
    const errors = validate(schema, parse(text), undefined, { hideSuggestions: true });
    const messages = errors.map((error) => hideSchema(error, () => text).message);
    expect(messages.join('\n')).toMatch(message);
    for (const each of messages) expect(each).not.toMatch(notSent);
  });

  it.each([[{}], [{ w: null }], [{ w: {} }], [{ w: { nam: 1 } }], [{ w: { kind: 'ALPH' } }], [{ w: [1] }]])(
    'of the variables %j contains only names that the client sent',
    (variables) => {
      const operation = parse('query ($w: Given!) { x }').definitions[0] as OperationDefinitionNode;
      const given = buildSchema(
        `type Query { x: Int } input Given { hidden: String!, kind: Kind } enum Kind { ALPHA BETA }`,
      );
      const { errors = [] } = getVariableValues(given, operation.variableDefinitions ?? [], variables, {
        hideSuggestions: true,
      });
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) {
        const { message } = hideSchema(error, () => JSON.stringify(variables));
        expect(message).toMatch(/^Variable "\$w" has invalid value/);
        expect(message).not.toMatch(notSent);
      }
    },
  );

  it('keeps names that the client sent', () => {
    const text = '{ secret { id } secret: tasks { id } }';
    const conflict = validate(schema, parse(text)).find(({ message }) => message.startsWith('Fields'))!;
    expect(hideSchema(conflict, () => text)).toBe(conflict);
  });
});
