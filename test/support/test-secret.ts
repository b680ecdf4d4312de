/** The secret of installations that tests make. */
export const testSecret = 'a secret that only tests know, 32+';
