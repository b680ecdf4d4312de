/** Why a document, or this request of it, is left to the executor: which field, and what is the matter with it. */
export interface Reason {
  /** `Type.field`; absent when it is about the whole operation. */
  field?: string;
  why: string;
}

/** Thrown while compiling: what is asked cannot be said in SQL with certainty, so the executor answers it. */
export class Declined extends Error {
  readonly reason: Reason;
  /** The root fields that are left, by their names in the answer, where several are. */
  readonly left: ReadonlyMap<string, Reason> | undefined;

  constructor(why: string, field?: string, left?: ReadonlyMap<string, Reason>) {
    super(field ? `${field}: ${why}` : why);
    this.reason = { ...(field && { field }), why };
    this.left = left;
  }

  static of({ why, field }: Reason): Declined {
    return new Declined(why, field);
  }

  /** For a query of which nothing is compiled: the reason is that of the first field. */
  static ofAll(left: ReadonlyMap<string, Reason>): Declined {
    const [first = { why: 'asks for nothing' }] = left.values();
    return new Declined(first.why, first.field, left.size > 1 ? left : undefined);
  }
}

/** Thrown while running a plan: this request is special (an error is due, say), so the executor answers it. */
export class Unplanned extends Declined {}

/** What stands in the way of compiling. A declaration that fails on holes is one that cannot be compiled. */
export const declinedBy = (error: unknown): Declined =>
  error instanceof Declined ? error : new Declined(`could not be compiled: ${(error as Error).message}`);
