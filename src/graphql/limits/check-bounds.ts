import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { hasAtMost } from '../../lib/characters.ts';
import { badInput } from '../../lib/errors.ts';
import { isPlainObject } from '../../lib/plain-object.ts';
import {
  checkId,
  comparedIdRefusal,
  comparedTypeOf,
  type IdTypes,
  idTypesOf,
  me,
  uuidOfType,
} from '../declare/global-id.ts';
import { boundOf, filterBounds, type InputBound, isConditionType, maxLengthOfType } from '../declare/input-bounds.ts';

/** A position for a value in a document: its type, bound and path. */
interface InputPosition {
  type: GraphQLInputType;
  bound: InputBound;
  path: string;
  /** The number of enclosing filters. */
  level: number;
  /** The types of ids that are allowed there; undefined if the place takes no ids. */
  idTypes: IdTypes | undefined;
  /** The type of the ids in a comparison of a filter. */
  comparedType?: string | undefined;
}

/** A position where a document uses a variable; each position has its own bound. */
interface VariablePosition extends InputPosition {
  variable: string;
}

/** The parts of a document that are checked again with the variables of each request. */
interface DocumentInputs {
  variables: readonly VariablePosition[];
  /** The number of conditions in the text of the document. */
  conditions: number;
}

const inputsByDocument = new WeakMap<DocumentNode, DocumentInputs>();

/** The path of the first position of each variable. */
const firstPositions = new WeakMap<VariableDefinitionNode, string>();

/** The path of the first argument that uses a variable; otherwise the name of the variable. */
export const argumentOf = (definition: VariableDefinitionNode): string =>
  firstPositions.get(definition) ?? definition.variable.name.value;

interface BoundedRequest {
  schema: GraphQLSchema;
  document: DocumentNode;
  variableValues?: unknown;
}

/**
 * Throws BAD_INPUT with the field if a text, list or filter of an operation exceeds its bound, or an id has the wrong
 * form or type. Checks the raw values before they are coerced: those in the document once, those of variables for each
 * request.
 */
export function checkBounds({ schema, document, variableValues }: BoundedRequest): void {
  const inputs = inputsByDocument.get(document) ?? readInputs(schema, document);
  inputsByDocument.set(document, inputs);
  if (!isPlainObject(variableValues)) return;
  const check = new BoundsCheck(inputs.conditions);
  for (const position of inputs.variables) check.value(variableValues[position.variable], position);
}

/** Checks the values in the text of a document. */
function readInputs(schema: GraphQLSchema, document: DocumentNode): DocumentInputs {
  const check = new BoundsCheck();
  const types = new TypeInfo(schema);
  const enter = ({ value }: { value: ValueNode }) => {
    const argument = types.getArgument();
    if (argument) check.literal(value, positionOf(argument, argument.name));
    return false;
  };
  visit(document, visitWithTypeInfo(types, { [Kind.ARGUMENT]: { enter } }));
  for (const definition of document.definitions) {
    for (const variable of 'variableDefinitions' in definition ? (definition.variableDefinitions ?? []) : []) {
      const position = check.variables.find((each) => each.variable === variable.variable.name.value);
      if (position) firstPositions.set(variable, position.path);
    }
  }
  return check;
}

const positionOf = (field: GraphQLArgument | GraphQLInputField, path: string, level = 0): InputPosition => ({
  type: getNullableType(field.type),
  bound: boundOf(field) ?? {},
  path,
  level,
  idTypes: idTypesOf(field),
});

const itemOf = (position: InputPosition, index: number): InputPosition => ({
  ...position,
  type: isListType(position.type) ? getNullableType(position.type.ofType) : position.type,
  path: `${position.path}.${index}`,
});

/** Checks the values of one operation and counts its conditions. `documentLimits.values` bounds the recursion. */
class BoundsCheck implements DocumentInputs {
  readonly variables: VariablePosition[] = [];
  conditions: number;

  constructor(conditions = 0) {
    this.conditions = conditions;
  }

  literal(value: ValueNode, position: InputPosition): void {
    if (value.kind === Kind.VARIABLE) this.variables.push({ ...position, variable: value.name.value });
    else if (value.kind === Kind.LIST) {
      checkItems(value.values.length, position);
      for (const [index, item] of value.values.entries()) this.literal(item, itemOf(position, index));
    } else if (value.kind === Kind.OBJECT) {
      const fieldOf = this.#enterObject(position);
      for (const { name, value: inner } of value.fields) {
        const field = fieldOf(name.value);
        if (field) this.literal(inner, field);
      }
    } else if ('value' in value && typeof value.value === 'string') checkText(value.value, position);
  }

  /** Ignores values of a wrong type: coercion rejects them later. */
  value(value: unknown, position: InputPosition): void {
    if (typeof value === 'string') checkText(value, position);
    else if (typeof value === 'number' && position.idTypes) checkText(String(value), position);
    else if (Array.isArray(value)) {
      checkItems(value.length, position);
      for (let index = 0; index < value.length; index++) this.value(value[index], itemOf(position, index));
    } else if (isPlainObject(value)) {
      if (!isInputObjectType(getNamedType(position.type))) checkJson(value, position.path);
      const fieldOf = this.#enterObject(position);
      for (const name of Object.keys(value)) {
        const field = fieldOf(name);
        if (field) this.value(value[name], field);
      }
    }
  }

  /** Returns a function that finds the position of a field of the object. */
  #enterObject({ type, path, level, comparedType }: InputPosition): (name: string) => InputPosition | undefined {
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return () => undefined;
    const inner = isConditionType(named) ? this.#enterCondition(path, level) : level;
    const fields = named.getFields();
    return (name) => {
      const field = fields[name];
      return (
        field && { ...positionOf(field, `${path}.${name}`, inner), comparedType: comparedTypeOf(field) ?? comparedType }
      );
    };
  }

  #enterCondition(path: string, level: number): number {
    const { levels, conditions } = filterBounds;
    if (level >= levels) throw badInput(`at most ${levels} levels of conditions`, path);
    if (++this.conditions > conditions) throw badInput(`at most ${conditions} conditions in one operation`, path);
    return level + 1;
  }
}

function checkText(text: string, { type, bound, path, idTypes, comparedType }: InputPosition): void {
  checkCharacters(text, path);
  const max = bound.characters ?? maxLengthOfType(getNamedType(type).name);
  if (!hasAtMost(text, max)) throw badInput(`at most ${max} characters`, path);
  if (idTypes) checkId(text, idTypes, path);
  if (text === me && comparedType === 'Profile') return;
  if (comparedType && uuidOfType(text, comparedType) === undefined)
    throw badInput(comparedIdRefusal(comparedType), path);
}

/** Throws BAD_INPUT for text that PostgreSQL cannot store unchanged. */
function checkCharacters(text: string, path: string): void {
  if (!text.isWellFormed()) throw badInput('must be well-formed Unicode, without lone surrogates', path);
  if (text.includes('\0')) throw badInput('must not contain the character U+0000', path);
}

/** Checks the texts and keys of a JSON value. `documentLimits.values` bounds the recursion. */
function checkJson(value: unknown, path: string): void {
  if (typeof value === 'string') checkCharacters(value, path);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      checkCharacters(key, path);
      checkJson(inner, `${path}.${key}`);
    }
  }
}

/** A position without a bound does not take a list. */
function checkItems(count: number, { bound: { items = 0 }, path }: InputPosition): void {
  if (count > items) throw badInput(items ? `at most ${items} items` : 'must not be a list', path);
}
