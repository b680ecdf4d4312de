import { AppError, badInput } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';

const referencePrefix = 'ref:';

/** Pattern of a type name. Its length is bounded because plans are cached by the type names in ids. */
const typeName = /^[A-Z]\w{0,63}$/;

/** A decoded global id: `Type:uuid`, or `Type:ref:<externalReference>` where integrators use their own key. */
export interface GlobalId {
  typename: string;
  /** The uuid, or `ref:` and the external reference. */
  id: string;
}

export const encodeGlobalId = (typename: string, id: string | number | bigint): string => `${typename}:${id}`;

const refusal = 'An id has the form Type:uuid or Type:ref:<external reference>';

/** Throws BAD_INPUT for any other text. */
export function decodeGlobalId(text: string): GlobalId {
  const decoded = readGlobalId(text);
  if (!decoded) throw new AppError('BAD_INPUT', refusal, {});
  return decoded;
}

function readGlobalId(text: string): GlobalId | undefined {
  const colon = text.indexOf(':');
  const typename = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (!typeName.test(typename) || !(isUuid(id) || id.startsWith(referencePrefix))) return undefined;
  return { typename, id: isUuid(id) ? id.toLowerCase() : id };
}

/** The external reference in a decoded id; undefined if it contains a uuid. */
export const externalReferenceOf = (id: string): string | undefined =>
  id.startsWith(referencePrefix) ? id.slice(referencePrefix.length) : undefined;

/** The types of the ids that an input accepts. */
export type IdTypes = readonly string[] | 'any';

/**
 * The types of ids that an input accepts; undefined if it accepts none. Reads internal extensions of Pothos's relay
 * plugin: check them when it is upgraded.
 */
export function idTypesOf({ extensions }: { extensions?: unknown }): IdTypes | undefined {
  const { isRelayGlobalID, relayGlobalIDFor } = (extensions ?? {}) as {
    isRelayGlobalID?: boolean;
    relayGlobalIDFor?: readonly { typename: string }[] | null;
  };
  if (!isRelayGlobalID) return undefined;
  return relayGlobalIDFor?.map(({ typename }) => typename) ?? 'any';
}

/** Throws BAD_INPUT with the field unless the text is an id of one of these types. */
export function checkId(text: string, types: IdTypes, field: string): void {
  const id = readGlobalId(text);
  if (!id) throw badInput(refusal, field);
  if (types !== 'any' && !types.includes(id.typename)) throw badInput(`must be an id of ${types.join(' or ')}`, field);
}

/** The uuid of an id of this type; undefined for ids of other types and by external reference. */
export function uuidOfType(text: string, type: string): string | undefined {
  const id = readGlobalId(text);
  return id?.typename === type && externalReferenceOf(id.id) === undefined ? id.id : undefined;
}

/** The id of the caller's profile in filters. */
export const me = 'me';

export const comparedIdRefusal = (type: string): string => `This filter takes ids of the form ${type}:uuid`;

/** The extensions of a filter field that compares ids of one type. */
export const comparesIds = (type: string | (() => string)) => ({ chantierComparedType: type });

/** The type of the ids that a filter field compares. */
export function comparedTypeOf({ extensions }: { extensions?: unknown }): string | undefined {
  const { chantierComparedType: type } = (extensions ?? {}) as Partial<ReturnType<typeof comparesIds>>;
  return typeof type === 'function' ? type() : type;
}
