import type { TrashType } from '../../graphql/declare/resource/change-log.ts';

const types = new Map<string, TrashType>();

export const keepInTrash = (typename: string, type: TrashType): void => void types.set(typename, type);
export const trashTypes = (): ReadonlyMap<string, TrashType> => types;

const discarded = new Set<string>();

/** Deletes the rows of a table for good, also when they are deleted with a row that goes to the trash. */
export const keepOutOfTrash = (table: string): void => void discarded.add(table);
export const goesToTrash = (table: string): boolean => !discarded.has(table);
