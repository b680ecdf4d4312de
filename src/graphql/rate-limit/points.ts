/** How much of each resource one point buys. */
export const prices = {
  /** Values in the answer, counted as the complexity of an operation is. */
  complexityPerPoint: 100,
  /** Milliseconds for which transactions hold a connection to the database. */
  databaseMsPerPoint: 10,
} as const;

/** The price of an operation before it runs. Every operation costs a point at least. */
export const pointsOfComplexity = (complexity: number): number =>
  Math.max(1, Math.ceil(complexity / prices.complexityPerPoint));

/** The price of the database time that an operation has taken. */
export const pointsOfDatabaseTime = (ms: number): number => Math.floor(ms / prices.databaseMsPerPoint);
