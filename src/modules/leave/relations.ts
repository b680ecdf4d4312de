import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as tables from './tables.ts';

export const leaveRelations = defineRelationsPart({ ...people, ...tables }, (r) => ({
  leaveTypes: {
    leaveRequests: r.many.leaveRequests({ from: r.leaveTypes.id, to: r.leaveRequests.typeId }),
    leaveBalances: r.many.leaveBalances({ from: r.leaveTypes.id, to: r.leaveBalances.typeId }),
  },
  leaveRequests: {
    profile: r.one.profiles({ from: r.leaveRequests.profileId, to: r.profiles.id, optional: false, alias: 'leave' }),
    type: r.one.leaveTypes({ from: r.leaveRequests.typeId, to: r.leaveTypes.id, optional: false }),
    reviewer: r.one.profiles({ from: r.leaveRequests.reviewerId, to: r.profiles.id, alias: 'leave review' }),
  },
  leaveBalances: {
    profile: r.one.profiles({ from: r.leaveBalances.profileId, to: r.profiles.id, optional: false }),
    type: r.one.leaveTypes({ from: r.leaveBalances.typeId, to: r.leaveTypes.id, optional: false }),
  },
  profiles: {
    leaveRequests: r.many.leaveRequests({ from: r.profiles.id, to: r.leaveRequests.profileId, alias: 'leave' }),
    leaveBalances: r.many.leaveBalances({ from: r.profiles.id, to: r.leaveBalances.profileId }),
  },
}));
