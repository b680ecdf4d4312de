/** How many objects a page holds unless the request says, and at most. */
export const pageSizes = { usual: 20, most: 100 } as const;

/** How many objects may be asked for by their ids at once. */
export const mostIds = 100;
