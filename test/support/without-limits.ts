/** Settings of servers that tests send more requests to than the limits on points allow. */
export const withoutLimits = { KEY_POINTS: '0', ORGANIZATION_POINTS: '0' };
