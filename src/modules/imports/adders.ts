import type { Cells } from './cells.ts';
import type { ImportRecord } from './records.ts';

export type RecordParts = Omit<ImportRecord, 'line'>;
/** Adds a part of the mapping to the record of a row. */
export type Adder = (cells: Cells, record: RecordParts) => void;
/** Adds a person to the record unless it is there already, and returns the reference. */
export type AddPerson = (record: RecordParts, cells: Cells, whom: string) => string;
