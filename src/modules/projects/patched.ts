/** What a row will say: the patch where it says something (null clears), else the row. */
export const patched = <T>(change: T | undefined, current: T): T => (change === undefined ? current : change);
