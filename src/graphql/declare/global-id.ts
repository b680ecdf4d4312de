import { AppError } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';

const referencePrefix = 'ref:';

/** Types of the graph are called by so much at most: plans are kept by the names in ids. */
const typeName = /^[A-Z]\w{0,63}$/;

/** A decoded global id: `Type:uuid`, or `Type:ref:<externalReference>` where integrators use their own key. */
export interface GlobalId {
  typename: string;
  /** The uuid, or `ref:` and the external reference. */
  id: string;
}

export const encodeGlobalId = (typename: string, id: string | number | bigint): string => `${typename}:${id}`;

/** Throws BAD_INPUT for what has neither form. */
export function decodeGlobalId(text: string): GlobalId {
  const colon = text.indexOf(':');
  const typename = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (!typeName.test(typename) || !(isUuid(id) || id.startsWith(referencePrefix))) {
    throw new AppError('BAD_INPUT', 'An id has the form Type:uuid or Type:ref:<external reference>', {});
  }
  return { typename, id: isUuid(id) ? id.toLowerCase() : id };
}

/** The external reference inside a decoded id, or undefined when it holds a uuid. */
export const externalReferenceOf = (id: string): string | undefined =>
  id.startsWith(referencePrefix) ? id.slice(referencePrefix.length) : undefined;
