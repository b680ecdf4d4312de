import SchemaBuilder, {
  type SchemaTypes as AnySchemaTypes,
  BasePlugin,
  type FieldRequiredness,
  type InputType,
  type PothosInputFieldConfig,
  type PothosInputFieldType,
} from '@pothos/core';

export const boundsPluginName = 'chantierBounds' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends AnySchemaTypes> {
      chantierBounds: BoundsPlugin<Types>;
    }
    export interface InputFieldOptions<
      Types extends AnySchemaTypes = AnySchemaTypes,
      Type extends InputType<Types> | [InputType<Types>] = InputType<Types> | [InputType<Types>],
      Req extends FieldRequiredness<Type> = FieldRequiredness<Type>,
    > {
      /** Maximum length of a text in characters. If absent, the field's name decides: see `maxLengthByName`. */
      maxLength?: number;
      /** Maximum number of items of a list. If absent, the field's name decides: see `itemsByName`. */
      maxItems?: number;
    }
  }
}

/** The bound of one input field or argument. `check-bounds.ts` enforces it before anything else reads the value. */
export interface InputBound {
  /** Characters (code points) of a text, or of each text in a list. */
  characters?: number;
  items?: number;
}

const longText = 20_000;
const url = 2_000;

/** Maximum length of a text by the field's name, in any type. The use case may have a lower limit. */
const maxLengthByName: Readonly<Record<string, number>> = {
  // Cursors contain the values of the sort keys
  after: 10_000,
  before: 10_000,
  avatarUrl: url,
  content: longText,
  currency: 10,
  currentPassword: 1_024,
  databaseUrl: url,
  description: longText,
  deviceName: 100,
  emoji: 100,
  externalReference: 200,
  firstName: 200,
  lastName: 200,
  locale: 35,
  logoUrl: url,
  name: 200,
  newPassword: 1_024,
  note: longText,
  password: 1_024,
  resolution: longText,
  slug: 200,
  tag: 50,
  tags: 50,
  timeZone: 100,
  title: 200,
  url,
  website: url,
};

/** Maximum number of items of a list by the field's name. */
const itemsByName: Readonly<Record<string, number>> = {
  attachments: 10,
  groupBy: 10,
  mentionIds: 100,
  scopes: 100,
  tags: 50,
  workingDays: 7,
};

const defaultMaxLength = 500;
const defaultMaxItems = 500;

/** Maximum length of the scalars other than String, when they are written as strings. */
const maxLengthByScalar: Readonly<Record<string, number>> = {
  Currency: 3,
  DateTime: 40,
  Decimal: 64,
  EmailAddress: 254,
  Float: 64,
  HexColorCode: 9,
  // Type:ref:<external reference>
  ID: 300,
  Int: 64,
  JSONObject: longText,
  LocalDate: 10,
  URL: url,
  UUID: 36,
};

/** Maximum length of a named input type. Names of enum values are always shorter. */
export const maxLengthOfType = (typeName: string): number => maxLengthByScalar[typeName] ?? defaultMaxLength;

type Extended = { extensions?: unknown };

/** The bound of an input field or argument; undefined if the graph was built without this plugin. */
export const boundOf = ({ extensions }: Extended): InputBound | undefined =>
  (extensions as { chantierBound?: InputBound } | undefined)?.chantierBound;

const numberFormat = new Intl.NumberFormat('en');

/** A sentence that states the bound; empty if the description already states it. */
function sentenceOf({ characters, items }: InputBound, isText: boolean, description: string): string {
  if (/\d (characters|items)/.test(description)) return '';
  const length = isText && characters !== undefined ? `${numberFormat.format(characters)} characters` : undefined;
  if (items === undefined) return length ? ` At most ${length}.` : '';
  return ` At most ${numberFormat.format(items)} items${length ? ` of ${length}` : ''}.`;
}

/** The name of the scalar that an input type is made of; undefined for enums and input objects. */
function scalarOf<Types extends AnySchemaTypes>(type: PothosInputFieldType<Types>): string | undefined {
  if (type.kind === 'List') return scalarOf(type.type);
  if (type.kind !== 'Scalar') return undefined;
  const ref: unknown = type.ref;
  return typeof ref === 'string' ? ref : (ref as { name: string }).name;
}

/** Gives every argument and input field its bound, and states it in the description. */
export class BoundsPlugin<Types extends AnySchemaTypes> extends BasePlugin<Types> {
  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    const { name, type, pothosOptions, description, extensions } = config;
    const { maxLength, maxItems } = pothosOptions as { maxLength?: number; maxItems?: number };
    const scalar = scalarOf(type);
    const isText = scalar === 'String';
    const bound: InputBound = {
      ...(scalar && {
        characters: maxLength ?? (isText ? (maxLengthByName[name] ?? defaultMaxLength) : maxLengthOfType(scalar)),
      }),
      ...(type.kind === 'List' && { items: maxItems ?? itemsByName[name] ?? defaultMaxItems }),
    };
    const text = description ?? '';
    return {
      ...config,
      description: `${text}${sentenceOf(bound, isText, text)}`.trim(),
      extensions: { ...extensions, chantierBound: bound },
    };
  }
}

SchemaBuilder.registerPlugin(boundsPluginName, BoundsPlugin);

/** Bounds of filters and orderings, which have the same fields for every type. */
export const filterBounds = {
  /** Parts of one `and` or `or`. */
  parts: 100,
  /** Values of one `in` or `notIn`. */
  values: 1_000,
  /** Characters of a text that is compared as a whole. */
  text: 1_000,
  /** Characters of a text that is searched for inside others. */
  pattern: 200,
  /** Levels of one filter: across relations, and by `and`, `or` and `not`. */
  levels: 10,
  /** Filters and comparisons of one operation, at all levels. */
  conditions: 500,
  /** Levels of one ordering. */
  order: 10,
} as const;

/** The extensions of an input type that counts as a condition. */
export const conditionType = { chantierCondition: true };

export const isConditionType = ({ extensions }: Extended): boolean =>
  (extensions as { chantierCondition?: boolean } | undefined)?.chantierCondition === true;
