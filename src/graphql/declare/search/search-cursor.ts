import { AppError } from '../../../lib/errors.ts';
import { isUuid } from '../../../lib/ids.ts';

/** The place of a hit among all hits: by descending rank, then by id and type. */
export interface SearchPosition {
  rank: string;
  id: string;
  type: string;
}

const pattern = /^search:(?<rank>\d(\.\d{1,25})?(e-\d\d)?),(?<id>[0-9a-f-]{36}),(?<type>[A-Z][A-Za-z]{0,62})$/;

export const encodeSearchCursor = ({ rank, id, type }: SearchPosition): string =>
  Buffer.from(`search:${rank},${id},${type}`).toString('base64');

/** Throws BAD_CURSOR for a text that `encodeSearchCursor` cannot have produced. */
export function decodeSearchCursor(cursor: string): SearchPosition {
  const position = pattern.exec(Buffer.from(cursor, 'base64').toString())?.groups as SearchPosition | undefined;
  if (!position || !isUuid(position.id))
    throw new AppError('BAD_CURSOR', 'This is not a cursor of `search`', { field: 'after' });
  return position;
}
