/** Why the executor answers a document or a single request: the field that could not be compiled, and the reason. */
export interface Reason {
  /** `Type.field`; absent when the reason concerns the whole operation. */
  field?: string;
  why: string;
}

/** Thrown while compiling: no SQL is certain to give the executor's answer, so the executor answers. */
export class Declined extends Error {
  readonly reason: Reason;
  /** The root fields that are left to the executor, by their names in the answer, if there are several. */
  readonly executorFields: ReadonlyMap<string, Reason> | undefined;

  constructor(why: string, field?: string, executorFields?: ReadonlyMap<string, Reason>) {
    super(field ? `${field}: ${why}` : why);
    this.reason = { ...(field && { field }), why };
    this.executorFields = executorFields;
  }

  static of({ why, field }: Reason): Declined {
    return new Declined(why, field);
  }

  /** For a query without a compiled field, with the reason of the first field. */
  static ofAll(executorFields: ReadonlyMap<string, Reason>): Declined {
    const [first = { why: 'selects no fields' }] = executorFields.values();
    return new Declined(first.why, first.field, executorFields.size > 1 ? executorFields : undefined);
  }
}

/**
 * Thrown while running a plan that does not cover this request, for example because its answer may be an error: the
 * executor answers it.
 */
export class Unplanned extends Declined {}

/** The reason of an error while compiling. A declaration that throws on a placeholder cannot be compiled. */
export const declinedBy = (error: unknown): Declined =>
  error instanceof Declined ? error : new Declined(`could not be compiled: ${(error as Error).message}`);
