import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from './random.ts';
import { words } from './seed.ts';

export interface GeneratedDocument {
  query: string;
  variables: Record<string, unknown>;
  /** By answer name: whose cursors come there. */
  pages: Map<string, string>;
}

type Field = GraphQLField<unknown, unknown>;

/** Makes documents that are valid for a schema, over the fields that show rows. */
export class Documents {
  readonly #root: string | undefined;
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  /** Global ids of rows, by type. */
  readonly #ids: ReadonlyMap<string, readonly string[]>;
  /** Ids of the same rows by external references. */
  readonly #references: readonly string[];
  /** Cursors that earlier answers gave, by type and ordering. */
  readonly #cursors = new Map<string, string[]>();
  #aliases = 0;
  #definitions: string[] = [];
  #variables: Record<string, unknown> = {};
  #fragments: string[] = [];
  #pages = new Map<string, string>();

  /** `root`: the one root field to ask for, instead of any. */
  constructor(
    schema: GraphQLSchema,
    random: Random,
    ids: ReadonlyMap<string, readonly string[]>,
    references: readonly string[],
    root: string | undefined,
  ) {
    this.#root = root;
    this.#references = references;
    this.#schema = schema;
    this.#random = random;
    this.#ids = ids;
  }

  next(): GeneratedDocument {
    const random = this.#random;
    this.#aliases = 0;
    this.#definitions = [];
    this.#variables = {};
    this.#fragments = [];
    this.#pages = new Map();
    const all = Object.values(this.#schema.getQueryType()!.getFields());
    const fields = all.filter((field) => this.#showsRows(field));
    const others = all.filter((field) => !fields.includes(field));
    const count = random.chance(0.75) ? 1 : 2 + random.below(2);
    const roots = Array.from({ length: count }, () => this.#field(random.pick(fields), 3));
    // Left to the executor, beside what is compiled
    if (others.length && random.chance(0.25)) {
      for (const field of random.some(others, 1, 2)) {
        roots.splice(random.below(roots.length + 1), 0, this.#field(field, 1));
      }
    }
    if (random.chance(0.1)) roots.push('__typename');
    const head = this.#definitions.length ? `query Random(${this.#definitions.join(', ')})` : 'query Random';
    const query = `${head} {\n${roots.join('\n')}\n}\n${this.#fragments.join('\n')}`;
    return { query, variables: this.#variables, pages: this.#pages };
  }

  /** Keeps the cursors of an answer for later documents. */
  learn({ pages }: GeneratedDocument, data: unknown): void {
    if (Array.isArray(data)) for (const item of data) this.learn({ pages } as GeneratedDocument, item);
    if (typeof data !== 'object' || data === null) return;
    for (const [key, value] of Object.entries(data)) {
      const ordering = pages.get(key);
      if (ordering && typeof value === 'object') this.#keep(ordering, cursorsOf(value));
      this.learn({ pages } as GeneratedDocument, value);
    }
  }

  #keep(ordering: string, found: readonly string[]): void {
    const known = this.#cursors.get(ordering) ?? [];
    this.#cursors.set(ordering, known);
    known.push(...found.slice(0, 50 - known.length));
  }

  #showsRows(field: Field): boolean {
    if (this.#root) return field.name === this.#root;
    const type = getNamedType(field.type);
    return (
      ['node', 'nodes'].includes(field.name) ||
      field.name.endsWith('Aggregate') ||
      (isObjectType(type) && this.#isShown(type))
    );
  }

  #isShown(type: GraphQLObjectType): boolean {
    if (type.extensions.pothosDrizzleModel) return type.name !== 'Event';
    const nodes = type.getFields().nodes;
    return nodes !== undefined && this.#isShown(getNamedType(nodes.type) as GraphQLObjectType);
  }

  #field(field: Field, depth: number): string {
    const random = this.#random;
    const type = getNamedType(field.type);
    this.#aliases++;
    const key = `${field.name}_${this.#aliases}`;
    const alias = isCompositeType(type) || random.chance(0.1) ? `${key}: ` : '';
    const args = this.#arguments(field, key, type.name);
    const selection = this.#selectionOf(field, depth, args);
    return `${alias}${field.name}${args}${this.#directive()}${selection}`;
  }

  #directive(): string {
    if (!this.#random.chance(0.04)) return '';
    const name = this.#random.pick(['skip', 'include']);
    if (this.#random.chance(0.5)) return ` @${name}(if: ${this.#random.chance(name === 'skip' ? 0.3 : 0.7)})`;
    return ` @${name}(if: ${this.#variable('Boolean!', this.#random.chance(0.5))})`;
  }

  #selectionOf(field: Field, depth: number, args: string): string {
    const type = getNamedType(field.type);
    if (type.name === 'Node') return this.#nodeSelection(depth, args);
    return isObjectType(type) ? ` { ${this.#selection(type, depth)} }` : '';
  }

  #nodeSelection(depth: number, args: string): string {
    const asked = [...this.#ids.keys()].filter((name) => args.includes(`${name}:`) || this.#usesVariable(args, name));
    const names = asked.length ? asked : [this.#random.pick([...this.#ids.keys()])];
    const parts = names.map((name) => {
      const type = this.#schema.getType(name) as GraphQLObjectType;
      return `... on ${name} { ${this.#selection(type, depth - 1)} }`;
    });
    return ` { __typename id ${parts.join(' ')} }`;
  }

  #usesVariable(args: string, type: string): boolean {
    const names = [...args.matchAll(/\$(\w+)/g)].map(([, name]) => name!);
    return names.some((name) => JSON.stringify(this.#variables[name]).includes(`${type}:`));
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const random = this.#random;
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const below = depth > 0 ? fields.filter((field) => this.#isFollowed(field)) : [];
    const parts = [
      ...random.some(leaves, 1, 6).map((field) => this.#field(field, depth)),
      ...random
        .some(below, type.extensions.pothosDrizzleModel ? 0 : 1, 3)
        .map((field) => this.#field(field, depth - 1)),
    ];
    if (random.chance(0.15)) parts.push(random.chance(0.5) ? '__typename' : 'kind: __typename');
    if (random.chance(0.1)) return `... on ${type.name}${this.#directive()} { ${parts.join(' ')} } __typename`;
    if (random.chance(0.07)) return `...${this.#fragment(type, parts)} __typename`;
    if (random.chance(0.05) && type.getInterfaces().length) parts.push('... on Node { again: id }');
    return parts.join(' ');
  }

  #fragment(type: GraphQLObjectType, parts: readonly string[]): string {
    const name = `Part${this.#fragments.length + 1}_${this.#aliases}`;
    this.#fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
    return name;
  }

  #isFollowed(field: Field): boolean {
    const type = getNamedType(field.type);
    return isObjectType(type) && type.name !== 'Event' && type.name !== 'EventConnection';
  }

  #arguments(field: Field, key: string, type: string): string {
    const backward = this.#random.chance(0.15);
    const given = field.args.flatMap((arg) => {
      const other = arg.name === (backward ? 'first' : 'last') && this.#random.chance(0.99);
      return other ? [] : this.#argument(arg, field, key, type);
    });
    return given.length ? `(${given.join(', ')})` : '';
  }

  #argument(arg: GraphQLArgument, field: Field, key: string, type: string): string[] {
    const random = this.#random;
    const required = isNonNullType(arg.type) && arg.defaultValue === undefined;
    if (arg.name === 'orderBy') {
      const order = random.chance(0.6) ? this.#value(arg.type, 1, type) : null;
      this.#pages.set(key, `${type}${JSON.stringify(order ?? [])}`);
      return order ? [`${arg.name}: ${this.#written(arg.type, order)}`] : [];
    }
    if (arg.name === 'first') return random.chance(0.5) ? [`first: ${this.#written(arg.type, random.below(5))}`] : [];
    if (arg.name === 'last') return random.chance(0.8) ? [`last: ${this.#written(arg.type, random.below(5))}`] : [];
    if (arg.name === 'after' || arg.name === 'before') return this.#cursor(arg, field, key, type);
    if (!required && random.chance(arg.name === 'where' ? 0.5 : 0.7)) return [];
    return [`${arg.name}: ${this.#written(arg.type, this.#value(arg.type, 3, type))}`];
  }

  #cursor(arg: GraphQLArgument, field: Field, key: string, type: string): string[] {
    if (!this.#random.chance(0.25)) return [];
    const order = field.args.some(({ name }) => name === 'orderBy');
    const known = this.#cursors.get(this.#pages.get(key) ?? `${type}[]`) ?? [];
    if (order && !this.#pages.has(key)) this.#pages.set(key, `${type}[]`);
    const pool = this.#random.chance(0.05) ? ['garbage', 'fERDOlM6eA'] : known;
    return pool.length ? [`${arg.name}: ${this.#written(arg.type, this.#random.pick(pool))}`] : [];
  }

  /** The value in the document, or in a variable. */
  #written(type: GraphQLInputType, value: unknown): string {
    return this.#random.chance(0.5) ? this.#variable(String(type), value) : literalOf(type, value);
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#definitions.length}`;
    this.#definitions.push(`$${name}: ${type}`);
    this.#variables[name] = value;
    return `$${name}`;
  }

  #value(type: GraphQLInputType, depth: number, about: string): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.#value(type.ofType, depth, about);
    if (isListType(type)) {
      const item = type.ofType;
      return Array.from({ length: random.below(3) + (depth < 3 ? 1 : 0) }, () => this.#value(item, depth - 1, about));
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.#input(type.name, depth, about);
    return this.#scalar(type.name, about);
  }

  #input(name: string, depth: number, about: string): Record<string, unknown> {
    const random = this.#random;
    const type = this.#schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is no input`);
    const fields = Object.values(type.getFields());
    const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    const simple = fields.filter((field) => !required.includes(field) && (depth > 0 || !isFilter(field.type)));
    const chosen = [...required, ...random.some(simple, required.length ? 0 : 1, 2)];
    return Object.fromEntries(
      chosen.map((field) => {
        const missing = !isNonNullType(field.type) && random.chance(0.05);
        return [field.name, missing ? null : this.#value(field.type, depth - 1, aboutOf(name, field.name, about))];
      }),
    );
  }

  #scalar(name: string, about: string): unknown {
    const random = this.#random;
    switch (name) {
      case 'Boolean':
        return random.chance(0.5);
      case 'Int':
        return random.below(100);
      case 'Decimal':
        return random.pick(['7.5', '0', '12.25', '100']);
      case 'LocalDate':
        return `2024-0${1 + random.below(9)}-15`;
      case 'DateTime':
        return `2024-0${1 + random.below(9)}-01T08:00:00.001Z`;
      case 'ID':
        return this.#id(about);
      default:
        return random.pick([...words, 'a', 'e', 'urgent', 'alpha -beta']);
    }
  }

  /** Mostly of the type that the argument's name tells of. */
  #id(about: string): string {
    const random = this.#random;
    if (about === 'Node' && this.#references.length && random.chance(0.3)) return random.pick(this.#references);
    const types = [...this.#ids.keys()];
    const likely = types.filter((type) =>
      about.toLowerCase().replace(people, 'profile').startsWith(type.toLowerCase()),
    );
    const type = likely.length && random.chance(0.97) ? random.pick(likely) : random.pick(types);
    if (random.chance(0.03))
      return random.pick(['nonsense', `${type}:0199a000-0000-7000-8000-000000000000`, 'Money:x']);
    return random.pick(this.#ids.get(type)!);
  }
}

/** The cursors of a connection itself: on its edges and in its page info. */
function cursorsOf(connection: object | null): string[] {
  const parts = Object.values(connection ?? {}).flat();
  return parts.flatMap((part: unknown) =>
    Object.entries(typeof part === 'object' && part !== null ? part : {}).flatMap(([key, value]) =>
      /cursor/i.test(key) && typeof value === 'string' ? [value] : [],
    ),
  );
}

/** What an id in a filter is about: comparators are about the field that they compare, `id` about the whole filter. */
function aboutOf(input: string, field: string, about: string): string {
  if (input === 'IDFilter') return about;
  return field === 'id' ? input.replace(/Filter$/, '') : field;
}

const people = /^(assignee|creator|manager|reviewer|reporter|sender|author|contact)/;

const isFilter = (type: GraphQLInputType): boolean => {
  const named = getNamedType(type);
  return isInputObjectType(named) && 'and' in named.getFields();
};

function literalOf(type: GraphQLInputType, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isNonNullType(type)) return literalOf(type.ofType, value);
  if (isListType(type)) return `[${(value as unknown[]).map((item) => literalOf(type.ofType, item)).join(', ')}]`;
  if (isEnumType(type)) return String(value);
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    return `{${Object.entries(value)
      .map(([name, item]) => `${name}: ${literalOf(fields[name]!.type, item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
