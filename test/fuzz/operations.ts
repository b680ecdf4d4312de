import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/schema.ts';
import { type Choices, literal, type Seen, Values } from './values.ts';

type Field = GraphQLField<unknown, unknown>;

export interface RootField {
  kind: 'query' | 'mutation';
  field: Field;
}

/** Every root field of the graph. */
export const rootFields: RootField[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: 'query' as const, field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({ kind: 'mutation' as const, field })),
];

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** Writes operations: arguments as variables or in the document, and some of what can be selected. */
export class Operations {
  readonly #choices: Choices;
  readonly #values: Values;
  #variables: Record<string, unknown> = {};
  #declared: string[] = [];

  constructor(choices: Choices, seen: Seen) {
    this.#choices = choices;
    this.#values = new Values(choices, seen);
  }

  /** An operation of one root field. */
  of({ kind, field }: RootField): Operation {
    this.#variables = {};
    this.#declared = [];
    const selection = this.#field(field, 0);
    const declared = this.#declared.length ? ` (${this.#declared.join(', ')})` : '';
    return { query: `${kind} Fuzz${declared} { ${selection} }`, variables: this.#variables };
  }

  #field(field: Field, depth: number): string {
    return `${field.name}${this.#arguments(field, depth)}${this.#selection(getNamedType(field.type), depth)}`;
  }

  #arguments(field: Field, depth: number): string {
    const { chance } = this.#choices;
    const given = this.#chosen(field, depth).flatMap((arg) => {
      const isCursor = arg.name === 'after' || arg.name === 'before';
      const value = isCursor
        ? this.#values.cursor(getNamedType(field.type).name.replace(/Connection$/, ''))
        : this.#values.of(arg);
      if (chance(40)) return [`${arg.name}: ${literal(value, arg.type)}`];
      const name = `v${this.#declared.length}`;
      this.#declared.push(`$${name}: ${arg.type}`);
      this.#variables[name] = value;
      return [`${arg.name}: $${name}`];
    });
    return given.length ? `(${given.join(', ')})` : '';
  }

  /** The arguments to give: in an odd case also those that exclude each other. */
  #chosen({ args }: Field, depth: number): GraphQLArgument[] {
    const { chance, slip, plain } = this.#choices;
    const share = plain ? 0 : depth === 0 ? 35 : 15;
    const chosen = args.filter(({ type }) => isNonNullType(type) || chance(share));
    if (slip(50)) return chosen;
    const names = new Set(chosen.map(({ name }) => name));
    const without = new Set(names.has('first') ? ['last'] : []);
    if (names.has('orderBy')) without.add('after').add('before');
    return chosen.filter(({ name }) => !without.has(name));
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const { chance, pick, below } = this.#choices;
    if (isLeafType(type)) return '';
    if (!isObjectType(type) && !isInterfaceType(type)) return ' { __typename }';
    const fields = Object.values(type.getFields());
    const paged = fields.filter(({ name }) => /^(nodes|edges|node|pageInfo)$/.test(name));
    const plain = fields.filter(({ type: of, args }) => isLeafType(getNamedType(of)) && !args.length);
    const deep = fields.filter(({ type: of }) => !isLeafType(getNamedType(of)));
    const chosen = new Set(plain.filter(() => chance(40)));
    if (depth < 4) for (const field of paged) if (chance(80)) chosen.add(field);
    if (depth < 3 && deep.length) for (let count = below(3); count > 0; count--) chosen.add(pick(deep));
    return ` { ${['__typename', ...[...chosen].map((field) => this.#field(field, depth + 1))].join(' ')} }`;
  }
}
