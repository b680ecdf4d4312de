/** The default and maximum number of objects in a page. */
export const pageSizes = { default: 20, max: 100 } as const;

/** The maximum number of ids in one `nodes` query. */
export const maxIds = 100;
