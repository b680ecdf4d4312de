/** The number of objects in a page: by default, and at most. */
export const pageSizes = { usual: 20, most: 100 } as const;

/** The most ids in one `nodes` query. */
export const mostIds = 100;
