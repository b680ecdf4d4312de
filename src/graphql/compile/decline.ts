/** Why a document, or this request of it, is left to the executor: which field, and what is the matter with it. */
export interface Reason {
  /** `Type.field`; absent when it is about the whole operation. */
  field?: string;
  why: string;
}

/** Thrown while compiling: what is asked cannot be said in SQL with certainty, so the executor answers it. */
export class Declined extends Error {
  readonly reason: Reason;

  constructor(why: string, field?: string) {
    super(field ? `${field}: ${why}` : why);
    this.reason = { ...(field && { field }), why };
  }
}

/** Thrown while running a plan: this request is special (an error is due, say), so the executor answers it. */
export class Unplanned extends Declined {}
