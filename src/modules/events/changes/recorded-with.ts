const wholes = new Map<string, string>();

/** Declares that changes of a type's rows are recorded as events of the row that they belong to, such as a reaction. */
export const recordWith = (typename: string, whole: string): void => void wholes.set(typename, whole);

/** The types without events of their own, and the types that they belong to. */
export const recordedWith = (): ReadonlyMap<string, string> => wholes;
