import { getNamedType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { create, withFinance } from '../finance/support.ts';
import { openGroup, send } from '../messaging/support.ts';
import { createMilestone } from '../milestones/support.ts';
import { createClient, createPart, createProfile, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { recordTime } from '../time/support.ts';

/** Mutations that bring about a state, so that the second of two alike changes nothing. */
const setsState = /^(archive|unarchive|update|edit|mute|mark|move|set|add|validate|rejectTime|reopenTime)/;

const mutations = Object.values(schema.getMutationType()!.getFields()).flatMap(({ name, type }) => {
  const payload = getNamedType(type);
  return isObjectType(payload) && 'lastEventId' in payload.getFields() && setsState.test(name) ? [name] : [];
});

describe('the same change again', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let inputs: Record<string, object>;

  const made = async (name: string, input: object, object: string): Promise<string> =>
    (await run(manager, name, input, `${object} { id }`))[object].id;

  beforeAll(async () => {
    company = await withFinance(server, await server.company());
    manager = await company.as('MANAGER');
    const member = await company.as('MEMBER');
    const profileId = `Profile:${member.profileId}`;
    const [clientId, otherClient] = [await createClient(manager), await createClient(manager)];
    const projectId = await createProject(manager, { clientId });
    const [id, other] = [
      await createTask(manager, { projectId, name: 'One' }),
      await createTask(manager, { projectId, name: 'Two' }),
    ];
    const [milestoneId, dependsOnId] = [
      await createMilestone(manager, { projectId }),
      await createMilestone(manager, { projectId, name: 'Before' }),
    ];
    const channelId = await openGroup(manager);
    const messageId = await send(manager, channelId, 'Hello');
    const entry = await recordTime(member, { projectId });
    const deliverableId = await createPart(manager, 'Deliverable', { projectId, name: 'Report' });
    const item = await made('createChecklistItem', { taskId: id, name: 'Item' }, 'checklistItem');
    const label = await made('createLabel', { name: 'Label', color: '#fff' }, 'label');
    const assigneeId = `Profile:${manager.profileId}`;
    for (const name of ['First', 'Second']) await createTask(member, { projectId, name, assigneeId });
    const [notification] = (await manager.ok('{ notifications { nodes { id } } }')).notifications.nodes;
    const webhook = { name: 'Hook', url: 'https://hooks.test' };
    const hook = await run(await company.as('OWNER'), 'createWebhook', webhook, 'webhook { id }');
    const days = { startDate: '2026-06-02', dueDate: '2026-06-29' };
    const task = {
      id,
      ...{ name: 'Other  name', description: 'Text', estimateDays: '1.50', priority: 'HIGH', color: '#ABCDEF' },
      ...{ ...days, tags: ['b', 'a', 'b'], deliverableId, assigneeId: profileId, externalReference: 'task-1' },
    };
    const calendarId = await made('createWorkCalendar', { name: 'Shop' }, 'workCalendar');
    const holiday = { calendarId, day: '2026-12-24', name: 'Closed' };
    const submitted = async (day: string): Promise<string> =>
      (await run(member, 'submitTimesheet', { day }, 'timesheet { id }')).timesheet.id;
    const approved = async (day: string): Promise<string> => {
      const id = await submitted(day);
      await run(manager, 'approveTimesheet', { id });
      return id;
    };
    const typeId = await made('createLeaveType', { name: 'Rest', kind: 'OTHER' }, 'leaveType');
    const leave = { typeId, fromDate: '2026-06-01', toDate: '2026-06-02' };
    const balance = { typeId, profileId, periodStart: '2026-06-01' };
    const invoiceId = await create(manager, 'Invoice', { clientId });
    inputs = {
      updateLegalIdentity: {
        id: await create(manager, 'LegalIdentity', { clientId, legalName: 'Old' }),
        legalName: 'New',
      },
      updatePurchaseOrder: { id: await create(manager, 'PurchaseOrder', { projectId, number: '1' }), amount: '5.50' },
      updateInvoiceSeries: {
        id: await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' }),
        ...{ name: 'Home sales', prefix: 'H-', digits: 5, nextNumber: 41 },
      },
      updatePayment: {
        id: await create(manager, 'Payment', { clientId, amount: '10', receivedOn: '2026-11-02' }),
        ...{ amount: '12.50', receivedOn: '2026-11-03', method: 'CARD', bankReference: 'B7' },
      },
      updateInvoice: {
        ...{ id: invoiceId, clientId: otherClient, projectId: await createProject(manager, { clientId: otherClient }) },
        ...{ dueDate: '2026-12-01', periodStart: '2026-10-01' },
        ...{ periodEnd: '2026-10-31', orderNumber: 'PO-7', note: 'Text', currency: 'USD', exchangeRate: '0.50' },
      },
      updateInvoiceLine: {
        id: await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice: '1', vatRate: '20' }),
        ...{ name: 'Travel', quantity: '2.0', unit: 'DAY', unitPrice: '650.0', discount: '1.50', vatCategory: 'AE' },
        ...{ vatRate: '0', exemptionReason: 'Autoliquidation', position: 7 },
      },
      updateExpense: {
        id: await create(manager, 'Expense', {
          projectId,
          spentOn: '2026-01-05',
          description: 'Train',
          netAmount: '8',
        }),
        netAmount: '9.0',
      },
      updateLeaveType: {
        ...{ id: typeId, name: 'Leisure', needsApproval: false, drawsOnBalance: true, staysInUtilisation: true },
        daysPerPeriod: 5,
      },
      updateLeaveRequest: {
        ...{ id: await made('createLeaveRequest', leave, 'leaveRequest'), note: 'Text' },
        ...{ fromHalf: 'AFTERNOON', toDate: '2026-06-03' },
      },
      updateLeaveBalance: {
        ...{ id: await made('createLeaveBalance', balance, 'leaveBalance'), accrued: '2.50', adjustment: '-1' },
        usableUntil: '2028-05-31',
      },
      updateWorkCalendar: {
        ...{ id: calendarId, name: 'Store', hoursPerDay: '7.50', publicHolidays: 'ALSACE_MOSELLE', goodFriday: false },
        ...{ isDefault: true, workingDays: ['TUESDAY', 'MONDAY'] },
      },
      updateCalendarHoliday: { id: await made('createCalendarHoliday', holiday, 'calendarHoliday'), name: 'Shut' },
      updateClient: { id: clientId, name: 'Renamed', sector: 'Sector', externalReference: 'client-1' },
      updateProject: {
        ...{ id: projectId, name: 'Renamed project', clientId: otherClient, managerId: profileId, code: 'ABC' },
        ...{ description: 'Text', startDate: '2026-01-02', expectedEndDate: '2026-12-31', status: 'ACTIVE' },
      },
      archiveProject: { id: projectId },
      unarchiveProject: { id: projectId },
      updateProjectPhase: {
        id: await createPart(manager, 'ProjectPhase', { projectId, name: 'Phase' }),
        ...{ name: 'Phase 2', position: 7, startDate: '2026-02-01', endDate: '2026-03-01' },
      },
      updateProjectAssignment: {
        id: await createPart(manager, 'ProjectAssignment', { projectId, profileId, allocationPercent: 10 }),
        ...{ role: 'Lead', allocationPercent: 20, fromDate: '2026-02-01', toDate: '2026-03-01', saleRate: '650.0' },
      },
      updateDeliverable: { id: deliverableId, name: 'Longer', description: 'Text', dueDate: '2026-05-01' },
      updateIncident: {
        id: await createPart(manager, 'Incident', { projectId, title: 'Fire' }),
        ...{ title: 'Smoke', description: 'Text', severity: 'HIGH' },
      },
      updateProfile: { id: await createProfile(manager), firstName: 'Ann', phone: '1', managerId: profileId },
      updateTask: task,
      updateTasksWhere: { where: { id: { eq: other } }, change: { priority: 'LOW', tags: ['c', 'C'] } },
      updateTasks: { tasks: [task, { id: other, name: 'Two again' }] },
      moveTask: { id: other, status: 'IN_REVIEW' },
      addTaskDependency: { taskId: id, dependsOnId: other },
      updateTaskComment: {
        id: await made('createTaskComment', { taskId: id, content: 'Hm' }, 'taskComment'),
        content: 'Ah',
      },
      updateChecklistItem: { id: item, name: 'Item 2', isDone: true },
      moveChecklistItem: {
        id: item,
        afterId: await made('createChecklistItem', { taskId: id, name: 'Last' }, 'checklistItem'),
      },
      updateMilestone: {
        ...{ id: milestoneId, name: 'Later', description: 'Text', ...days, priority: 'HIGH', color: '#00ff00' },
        ...{ progressMode: 'MANUAL', progress: 40 },
      },
      setMilestoneTask: { milestoneId, taskId: id, weight: 3 },
      setTaskLabels: { taskId: id, labelIds: [label] },
      updateSavedView: {
        id: await made('createSavedView', { list: 'tasks', name: 'Mine' }, 'savedView'),
        ...{ name: 'My  view', arguments: { orderBy: [{ field: 'NAME' }] }, columns: ['name'], isShared: true },
      },
      updateSavedOperation: {
        id: await made('createSavedOperation', { document: '{ __typename }', name: 'Mine' }, 'savedOperation'),
        ...{ name: 'My  own', document: '{ viewer { role } }', variables: { a: [1] }, isShared: true },
      },
      updateWebhook: {
        id: hook.webhook.id,
        ...{
          name: 'My  hook',
          url: 'https://other.test',
          types: ['Task'],
          actions: ['task.moved'],
          includeChanges: true,
        },
      },
      updateLabel: { id: label, name: 'Renamed label', color: '#ABCDEF', description: 'Text' },
      addMilestoneAssignee: { milestoneId, profileId },
      addMilestoneDependency: { milestoneId, dependsOnId },
      updateTimeEntry: { id: entry, hours: '2.50', workDate: '2026-03-11', description: 'Text', billable: false },
      validateTimeEntries: { ids: [entry] },
      reopenTimeEntries: { ids: [entry] },
      rejectTimeEntries: { ids: [entry], note: 'No' },
      updateTimer: {
        id: await made('startTimer', { projectId }, 'runningTimer'),
        ...{ projectId: await createProject(manager), description: 'Text', billable: false },
      },
      rejectTimesheet: { id: await submitted('2026-04-06'), note: 'No' },
      reopenTimesheet: { id: await approved('2026-04-13'), note: 'Wrong day' },
      updateChannel: { id: channelId, name: 'Renamed', description: 'Text', archived: false },
      addChannelMembers: { channelId, profileIds: [profileId] },
      muteChannel: { channelId, muted: true },
      editMessage: { id: messageId, content: 'Hello!', mentionIds: [profileId] },
      addReaction: { messageId, emoji: '👍' },
      markChannelRead: { channelId },
      markNotificationsRead: { ids: [notification.id] },
      markAllNotificationsRead: {},
      setNotificationPreference: { type: 'MENTION', medium: 'IN_APP', enabled: false },
      updateCodeFormat: { kind: 'PROJECT', pattern: 'Q-{seq:4}' },
      updateTenantSettings: { hoursPerDay: '7.50', workingDays: ['TUESDAY', 'MONDAY'], timeAhead: true },
    };
  });

  it('is tried of every mutation that brings about a state', () => {
    expect(Object.keys(inputs).sort()).toEqual(mutations.sort());
  });

  it('writes neither a version nor an event', async () => {
    const owner = await company.as('OWNER');
    for (const [name, input] of Object.entries(inputs)) {
      const by = name.endsWith('Webhook') ? owner : manager;
      expect(await run(by, name, input), name).toEqual({ lastEventId: expect.any(String) });
      expect(await run(by, name, input), `${name} again`).toEqual({ lastEventId: null });
      const { id } = input as { id?: string };
      if (name.startsWith('update') && id)
        expect(await run(by, name, { id }), `${name} of nothing`).toEqual({ lastEventId: null });
    }
  });
});
