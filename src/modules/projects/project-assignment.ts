import type { InputBuilder } from '../../graphql/declare/mutation.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { lockUpsertedShares } from './lock-upserted-shares.ts';
import { isWithin } from './peak-allocation.ts';
import { requireFreeShare } from './require-free-share.ts';
import { staffRule } from './staff.ts';

const overbook = 'Whether the person may exceed 100 % of their time; otherwise that fails with OVERBOOKED.';
const overbooking = (t: InputBuilder) => ({ allowOverbooking: t.boolean({ description: overbook }) });

export const ProjectAssignment = defineResource('projectAssignments', {
  name: 'ProjectAssignment',
  noun: 'assignment',
  description: 'A person’s work on a project: their role, the share of their time, and the period.',
  parent: 'project',
  read: 'parent',
  write: 'project:write',
  fields: {
    project: { description: 'The project that the person works on.', listDescription: 'The people who work on it.' },
    profile: {
      description: 'The person; null if you may not see them.',
      listDescription: 'The projects that the person works on.',
    },
    role: { description: 'The person’s role in the project.', max: 500, personal: workText('profileId') },
    allocationPercent: { description: 'Share of the person’s time, in percent.', min: 1, max: 100 },
    fromDate: { description: 'First day; null for an open start.', absent: 'first' },
    toDate: { description: 'Last day; null for an open end.', notBefore: 'fromDate' },
    saleRate: {
      description: 'Sale price of a day in this project; null if the person’s own rate applies. Needs cost:read.',
      type: 'Money',
      needs: 'cost:read',
    },
  },
  list: 'The assignments of people to projects.',
  create: {
    description: 'Assigns a person to a project.',
    writes: ['projectId', 'profileId', 'role', 'allocationPercent', 'fromDate', 'toDate', 'saleRate'],
    input: overbooking,
    requires: ({ values }) => staffRule(values.profileId, 'input.profileId'),
    // Locks the profile before the rule takes a weaker lock: if two transactions had the weaker lock, each would wait
    // for the other
    before: async ({ tx, id, values, extra }) => {
      const { profileId, allocationPercent = 100, fromDate = null, toDate = null } = values;
      if (!extra.allowOverbooking) await requireFreeShare(tx, { id, profileId, allocationPercent, fromDate, toDate });
    },
  },
  update: {
    description: 'Changes an assignment; person and project stay',
    writes: ['role', 'allocationPercent', 'fromDate', 'toDate', 'saleRate'],
    input: overbooking,
    requires: ({ current, next }) => (isWithin(next, current) ? [] : staffRule(current.profileId, 'input.id')),
    before: async ({ tx, current, next, extra }) => {
      if (!extra.allowOverbooking && !isWithin(next, current)) await requireFreeShare(tx, next);
    },
  },
  upsert: 500,
  lockUpsert: lockUpsertedShares,
  delete: { description: 'Ends a person’s assignment to a project' },
});
