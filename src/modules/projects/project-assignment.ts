import type { InputBuilder } from '../../graphql/declare/mutation.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { isWithin } from './peak-allocation.ts';
import { requireFreeShare } from './require-free-share.ts';
import { staffRule } from './staff.ts';

const overbook = 'Accept that the person passes 100 % of their time; refused with OVERBOOKED unless true.';
const overbooking = (t: InputBuilder) => ({ allowOverbooking: t.boolean({ description: overbook }) });

export const ProjectAssignment = defineResource('projectAssignments', {
  name: 'ProjectAssignment',
  noun: 'assignment',
  description: 'A person’s share in a project: as what, how much of their time, between which days.',
  parent: 'project',
  read: 'parent',
  write: 'project:write',
  fields: {
    project: { description: 'What the person works on.', listDescription: 'Who works on it.' },
    profile: {
      description: 'Who; null when you may not see the person.',
      listDescription: 'What the person works on.',
    },
    role: { description: 'What the person is in the project.', max: 500, personal: workText('profileId') },
    allocationPercent: { description: 'Share of the person’s time, in percent.', min: 1, max: 100 },
    fromDate: { description: 'First day; null is open.', absent: 'first' },
    toDate: { description: 'Last day; null is open.', notBefore: 'fromDate' },
    saleRate: {
      description: 'Sale price of a day here; null where the person’s own rate holds. Needs cost:read.',
      type: 'Money',
      needs: 'cost:read',
    },
  },
  list: 'Who works on which project.',
  create: {
    description: 'Puts a person on a project.',
    writes: ['projectId', 'profileId', 'role', 'allocationPercent', 'fromDate', 'toDate', 'saleRate'],
    input: overbooking,
    requires: ({ values }) => staffRule(values.profileId, 'input.profileId'),
    // Locks the profile before the rule takes a weaker lock of it, which two transactions could hold, each waiting for the other
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
  delete: { description: 'Takes a person off a project' },
});
