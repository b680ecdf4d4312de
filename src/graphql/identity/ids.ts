import { notFound } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { encodeGlobalId, type GlobalId } from '../declare/global-id.ts';

/** Types of the catalog. Their ids have the form of global ids, though `node` does not find them. */
export type CatalogType =
  | 'User'
  | 'Organization'
  | 'Member'
  | 'Session'
  | 'JoinCode'
  | 'Invitation'
  | 'ApiKey'
  | 'ClientVersion';

export const catalogId = (type: CatalogType, uuid: string): string => encodeGlobalId(type, uuid);

/** The uuid in an id of this type. Throws NOT_FOUND for an id of another type, as for an invalid one. */
export function uuidOf({ typename, id }: GlobalId, type: CatalogType, field: string): string {
  if (typename !== type || !isUuid(id)) throw notFound(type, field);
  return id;
}
