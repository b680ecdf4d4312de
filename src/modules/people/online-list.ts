import type { LiveList } from '../../tenancy/live-marks.ts';

/** The people of an organization who have a subscription open. */
export const onlineList = (organizationId: string): LiveList => ({ organizationId, name: 'online' });
