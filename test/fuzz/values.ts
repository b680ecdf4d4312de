import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  print,
  type ValueNode,
} from 'graphql';
import { isConditionType } from '../../src/graphql/declare/input-bounds.ts';
import { idTypeOf, neededFields } from '../../src/prove/sample-input.ts';

/** Random choices of one case; `fc.gen()` records them, so that a failing case can be shrunk and replayed. */
export interface Choices {
  /** Whether the case leaves out optional arguments and sends nothing odd, so that it reaches its resolver. */
  plain: boolean;
  below(limit: number): number;
  chance(percent: number): boolean;
  /** Like `chance`, but only in an odd case: the others send what a good client would. */
  slip(percent: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Any string, lone surrogates included. */
  text(): string;
}

/** Share of the cases that send what no client should, in percent. */
const oddCases = 45;

/** Without the bias of fast-check towards small numbers, so that odds are as they are written here. */
const evenBelow = (limit: number) => fc.noBias(fc.nat({ max: Math.max(0, limit - 1) }));

export function choicesOf(gen: fc.GeneratorValue, plain: boolean): Choices {
  const below = (limit: number) => gen(evenBelow, limit);
  const chance = (percent: number) => below(100) < percent;
  const odd = !plain && chance(oddCases);
  return {
    plain,
    below,
    chance,
    slip: (percent) => odd && chance(percent),
    pick: (items) => items[below(items.length)]!,
    text: () => gen(fc.string, { unit: 'binary', maxLength: 30 }),
  };
}

/** The type of the rows of a list, which its cursors begin with. */
const rowsOf = (cursor: string): string => Buffer.from(cursor, 'base64').toString().split(':')[0]!;

/** What the server has shown so far: ids by type, and cursors. */
export class Seen {
  readonly ids = new Map<string, string[]>();
  /** By the type of the rows. */
  readonly cursors = new Map<string, string[]>();

  read(text: string): void {
    for (const [id, typename] of text.matchAll(/\b([A-Z]\w{2,40}):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)) {
      this.#add(this.ids, typename!, id);
    }
    for (const [, cursor] of text.matchAll(/"(?:end|start)?[cC]ursor":"([^"]+)"/g)) {
      this.#add(this.cursors, rowsOf(cursor!), cursor!);
    }
  }

  #add(known: Map<string, string[]>, typename: string, text: string): void {
    const texts = known.get(typename) ?? [];
    if (!texts.includes(text)) texts.push(text);
    // Older ones may be deleted by now
    if (texts.length > 50) texts.shift();
    known.set(typename, texts);
  }
}

const nastyTexts = [
  '',
  ' ',
  '\0',
  '\ud800',
  '\u200b',
  '🦊'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(20_001),
  '%_\\',
  '"\'`;--',
  '-'.repeat(33),
  '((((!!!!&&&|||',
  'null',
  'javascript:alert(1)',
  '{{seq}}',
  '\u202eabc',
  'a\r\nb: c',
  '\u001b[2J',
];
const usualTexts = ['Oak', 'Élan vital', 'panthère : oui', 'a-b', 'x', '木漏れ日'];
const days = ['2026-01-05', '1900-01-01', '2199-12-31', '2024-02-29'];
const nastyDays = ['0001-01-01', '2026-02-30', '9999-12-31', '+010000-12-01', '0001-12-31 BC', '', 'infinity'];
const instants = [
  '2026-01-05T10:00:00Z',
  '1900-01-01T00:00:00Z',
  '2199-12-31T23:59:59.999Z',
  '2026-03-29T02:30:00+02:00',
];
const nastyInstants = [
  '0050-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '2026-01-05',
  '1600-01-01T00:00:00Z',
  'now',
];
const ints = [0, 1, 2, 5, 100];
const nastyInts = [-1, 101, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1.5, 1e21];
const decimals = ['1', '0', '7.5', '0.25', 3];
const nastyDecimals = ['1e2', '-1', '9'.repeat(30), '9'.repeat(31), '0.123456789', 1e21, 1e-7, 'NaN', ''];
const nothing = '00000000-0000-7000-8000-000000000000';
const madeUp = ['x', '', '|', '|D:5', '|S:x', '||x', 'Profile:|S:x', 'Task:CREATED_AT+|T:["N:5","S:x"]', 'T:[[1]]'];

/** Share of the values of an odd case that are not what their place asks for, in percent. */
const nastyValues = 15;

type Place = Pick<GraphQLInputField | GraphQLArgument, 'name' | 'extensions' | 'type'>;

/** Makes values for the inputs of a graph: plausible ones mostly, and now and then what no client should send. */
export class Values {
  readonly #choices: Choices;
  readonly #seen: Seen;

  constructor(choices: Choices, seen: Seen) {
    this.#choices = choices;
    this.#seen = seen;
  }

  /** A value for an argument or an input field. */
  of(place: Place, type: GraphQLInputType = place.type, depth = 0): unknown {
    const { pick, below, chance, slip } = this.#choices;
    if (isNonNullType(type)) return slip(3) ? null : this.of(place, type.ofType, depth);
    if (isListType(type)) {
      const count = slip(5) ? pick([0, 60, 501]) : 1 + below(2);
      return Array.from({ length: count }, () => this.of(place, type.ofType, depth + 1));
    }
    if (isInputObjectType(type)) {
      const filter = isConditionType(type);
      const share = filter ? Math.max(3, 30 / Object.keys(type.getFields()).length) : 25;
      const needed = neededFields(type);
      const fields = Object.values(type.getFields()).filter((field) => {
        if (needed.includes(field)) return !slip(2);
        return depth < 4 && chance(share);
      });
      return Object.fromEntries(fields.map((field) => [field.name, this.of(field, field.type, depth + 1)]));
    }
    if (isEnumType(type)) return slip(5) ? pick(['NOPE', '', 'id']) : pick(type.getValues()).name;
    return this.#scalar(type.name, place);
  }

  #scalar(name: string, place: Place): unknown {
    const { pick, below, chance, slip } = this.#choices;
    const nasty = slip(nastyValues);
    if (nasty && chance(10)) return pick([null, true, 7, 'x', [], {}, [[1]]]);
    switch (name) {
      case 'String':
        return this.#text(place.name, nasty);
      case 'ID':
        return this.#id(place, nasty);
      case 'Int':
        return nasty ? pick(nastyInts) : /^(first|last)$/.test(place.name) ? 1 + below(3) : pick(ints);
      case 'Float':
        return 0.5;
      case 'Boolean':
        return chance(50);
      case 'Decimal':
        return pick<string | number>(nasty ? nastyDecimals : decimals);
      case 'LocalDate':
        return pick(nasty ? nastyDays : days);
      case 'DateTime':
        return pick(nasty ? nastyInstants : instants);
      case 'EmailAddress':
        return nasty ? 'a@b' : `fuzz${below(1e6)}@example.test`;
      case 'HexColorCode':
        return nasty ? '#12' : '#1f6feb';
      default:
        return this.#choices.text();
    }
  }

  #text(name: string, nasty: boolean): string {
    const { pick, below, chance, text } = this.#choices;
    if (nasty) return chance(50) ? pick(nastyTexts) : text();
    if (name === 'email') return `fuzz${below(1e6)}@example.test`;
    if (name === 'slug') return `fuzz-${below(1e6)}`;
    if (name === 'timeZone') return 'Europe/Paris';
    if (name === 'locale') return 'fr-FR';
    if (name === 'prefix') return `F${below(1e6)}-`;
    if (name === 'pattern') return 'F-{YYYY}-{seq:5}';
    if (/url$|website/i.test(name)) return 'https://example.test/a.png';
    if (name in checked) return checked[name]!;
    if (name === 'emoji') return '👍';
    if (/password/i.test(name)) return 'correct horse battery';
    if (name === 'externalReference') return `ref-${below(1e6)}`;
    return pick(usualTexts);
  }

  /** A cursor for a list of such rows: one that was seen, or one that was made up. */
  cursor(typename: string): string {
    const { pick, text, chance, slip } = this.#choices;
    const known = this.#seen.cursors.get(typename);
    if (known && !slip(60)) return pick(known);
    const inner = chance(70) ? pick(madeUp) : text();
    return chance(80) ? Buffer.from(inner).toString('base64') : inner;
  }

  #id(place: Place, nasty: boolean): string {
    const { pick, text, chance } = this.#choices;
    const wanted = idTypeOf(place as GraphQLInputField);
    const types = [...this.#seen.ids.keys()];
    const typename = wanted && !nasty ? wanted : pick([...types, 'Task', 'Nope']);
    const known = this.#seen.ids.get(typename);
    if (!nasty || chance(40)) return known ? pick(known) : `${typename}:${nothing}`;
    return pick([`${typename}:${nothing}`, `${typename}:ref:${text()}`, `${typename}:x`, 'x', '', ':', text()]);
  }
}

/** Values that pass the check of their field, by its name. */
const checked: Record<string, string> = {
  currency: 'EUR',
  countryCode: 'FR',
  siren: '100000009',
  siret: '10000000900017',
  vatNumber: 'FR88100000009',
  iban: 'FR7699999000010000012345693',
  bic: 'AGRIFRPPXXX',
  list: 'tasks',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
  url: 'https://hooks.test/in',
  types: 'Task',
  actions: 'task.moved',
  document: '{ viewer { role } }',
};

/** A value as a document writes it. Enums are names there, which only the type tells. */
export function literal(value: unknown, type: GraphQLInputType): string {
  return print(nodeOf(value, type));
}

function nodeOf(value: unknown, type: GraphQLInputType): ValueNode {
  if (isNonNullType(type)) return nodeOf(value, type.ofType);
  if (value === null || value === undefined) return { kind: Kind.NULL };
  if (Array.isArray(value)) {
    const item = isListType(type) ? type.ofType : type;
    return { kind: Kind.LIST, values: value.map((each) => nodeOf(each, item)) };
  }
  if (isListType(type)) return nodeOf(value, type.ofType);
  if (typeof value === 'object') {
    const known = isInputObjectType(type) ? type.getFields() : {};
    const fields = Object.entries(value).flatMap(([name, inner]) => {
      const field = known[name];
      const node = { kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: name } } as const;
      return field ? [{ ...node, value: nodeOf(inner, field.type) }] : [];
    });
    return { kind: Kind.OBJECT, fields };
  }
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: String(value) };
  const isName = isEnumType(type) && /^[A-Z_]+$/.test(String(value));
  return { kind: isName ? Kind.ENUM : Kind.STRING, value: String(value) } as ValueNode;
}
