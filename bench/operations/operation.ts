import type { Viewer } from '../../src/identity/viewer.ts';
import type { Sample } from '../data/sample.ts';

export type OperationName = 'point' | 'board' | 'deep' | 'chat' | 'report' | 'mutation';

/** Values of variables by name; ids are plain uuids, which each contender writes in its own way. */
export type Variables = Record<string, string | number>;

/** A source of whole numbers from 0 to below `bound`; the same sequence in every run. */
export type Random = (bound: number) => number;

/** Hand-written SQL. That of an operation gives one row with one text: the whole body of the answer. */
export interface Statement {
  text: string;
  parameters(variables: Variables, viewer: Viewer): unknown[];
}

/**
 * One of the six operations, as each contender is asked for it. Its answers must have one shape, whoever gives them.
 */
export interface Operation {
  name: OperationName;
  /** What it does, in a few words. */
  title: string;
  access: 'read' | 'write';
  /** Variables of a request for something of a tenant. */
  variables(sample: Sample, random: Random): Variables;
  server: {
    document: string;
    /** Which variables are ids, and of what type. */
    ids: Record<string, string>;
  };
  limit: Statement & {
    /** What must be locked first: a statement sees only what was committed before it began. */
    lock?: Statement;
  };
  peer: {
    document: string;
    variables?(variables: Variables): Variables;
    /** Brings what is nested otherwise into the common shape. */
    answer?(data: unknown): unknown;
  };
}

export const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!;
