import { sql } from 'drizzle-orm';
import type { GraphQLInputObjectType } from 'graphql';
import { getNamedType } from 'graphql';
import { contentFor } from '../demo/content.ts';
import { seedOrganization } from '../demo/seed-organization.ts';
import { encodeGlobalId } from '../graphql/declare/global-id.ts';
import { uuidv7 } from '../lib/ids.ts';
import { jobs } from '../modules/jobs/tables.ts';
import { webhookDeliveries, webhooks } from '../modules/webhooks/tables.ts';
import { send } from './ask.ts';
import { idsShownTo } from './found-ids.ts';
import { mutationsOf, sampleInput } from './sample-input.ts';
import { memberOf, type ScratchOrganization, sampleSource } from './scratch-organization.ts';
import { seedInvoices } from './seed-invoices.ts';
import type { ProofTarget } from './target.ts';

/** Mutations that only add data: their rows are targets of the attacks. */
const addingMutation = /^(create|add|set|start|send|open|invite|submit|update)(?!Organization|Tasks|Permission)/;

/** Additional input: optional fields that a sample leaves out, and an assignable person (a client's contact is not). */
const extraInput = (idOf: (typename: string) => string, staff: string): Record<string, object> => ({
  addMilestoneAssignee: { profileId: staff },
  createProjectAssignment: { profileId: staff },
  setTaskLabels: { addLabelIds: [idOf('Label')] },
  sendMessage: { attachments: [{ name: 'Plan', url: 'https://scratch.invalid/plan' }], mentionIds: [idOf('Profile')] },
  createSavedView: { list: 'tasks', arguments: { where: { name: { contains: 'sample' } } }, isShared: true },
  createSavedOperation: { document: '{ viewer { role } }', isShared: true },
  createWebhook: { url: 'https://scratch.invalid/hook', types: ['Task'], actions: ['task.created'] },
  updateWebhook: { url: 'https://scratch.invalid/hook', types: [], actions: ['task.moved'] },
  createTask: { projectId: idOf('Project') },
  createTimeEntry: { description: 'Sample' },
  // Another week than the samples', in which time can be recorded
  submitTimesheet: { day: '2025-01-06' },
  updateCodeFormat: { pattern: 'X-{seq:5}' },
  updateTenantSettings: { hoursPerDay: '7.5' },
});

/** A job that no worker of a running server does. */
const neverDue = (marker: string) => ({
  ...{ id: uuidv7(), kind: 'proof', payload: { marker }, runAt: new Date('9999-01-01') },
});

/**
 * Fills a scratch organization with the demo content, then with the rows that every adding mutation creates from a
 * sample. A mutation that rejects its sample does not matter: coverage counts the rows.
 */
export async function seedScratch(target: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { binding } = target;
  const content = contentFor(organization.tenant.locale);
  await binding.write(organization.tenant, (tx) => tx.insert(jobs).values(neverDue(organization.marker)), {
    roleClass: 'job',
  });
  await binding.write(
    organization.tenant,
    (tx) => seedOrganization(tx, (role) => memberOf(organization, role).viewer, content),
    {
      roleClass: 'job',
    },
  );
  // Twice, because some samples need the ids of rows that the first round creates
  for (const _ of [1, 2]) {
    organization.ids = await idsShownTo(target, organization);
    await seedInvoices(target, organization);
    await addOfEach(target, organization);
    await fillTrash(target, organization);
    await reportMonth(target, organization);
    await notifyOwner(target, organization);
    await sendWebhooks(target, organization);
  }
}

async function addOfEach({ schema, servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'OWNER');
  const source = sampleSource(organization);
  const staff = encodeGlobalId('Profile', memberOf(organization, 'MEMBER').viewer.profileId);
  for (const { name, args } of mutationsOf(schema)) {
    const input = getNamedType(args[0]!.type) as GraphQLInputObjectType;
    if (!addingMutation.test(name)) continue;
    const query = `mutation ($input: ${input.name}!) { ${name}(input: $input) { __typename } }`;
    const sample = { ...sampleInput(input, source), ...extraInput(source.idOf, staff)[name] };
    await send(servers[0]!, { query, variables: { input: sample }, headers });
  }
}

/** A deleted task with a comment, so that the attacks find something in the trash. */
async function fillTrash({ servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'OWNER');
  const change = (query: string, input: object) => send(servers[0]!, { query, variables: { input }, headers });
  const projectId = sampleSource(organization).idOf('Project');
  const { data } = await change('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
    projectId,
    name: 'Deleted',
  });
  if (!data) return;
  const { task } = data.createTask as { task: { id: string } };
  await change('mutation ($input: CreateTaskCommentInput!) { createTaskComment(input: $input) { __typename } }', {
    taskId: task.id,
    content: 'Deleted',
  });
  await change('mutation ($input: DeleteTaskInput!) { deleteTask(input: $input) { __typename } }', { id: task.id });
}

/** A delivery for each webhook: no server does the jobs of the proof. */
async function sendWebhooks({ binding }: ProofTarget, { tenant, marker }: ScratchOrganization): Promise<void> {
  const rows = sql`insert into ${webhookDeliveries} (id, webhook_id, event_id, action, status, attempts, last_error)
    select gen_random_uuid(), id, gen_random_uuid(), 'task.created', 'FAILED', 8, ${marker} from ${webhooks}`;
  await binding.write(tenant, (tx) => tx.execute(rows), { roleClass: 'job' });
}

/** Nobody is notified of their own changes: another member assigns a task to the owner. */
async function notifyOwner({ servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'MEMBER');
  const assigneeId = encodeGlobalId('Profile', memberOf(organization, 'OWNER').viewer.profileId);
  const input = { projectId: sampleSource(organization).idOf('Project'), name: 'For the owner', assigneeId };
  const query = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { __typename } }';
  await send(servers[0]!, { query, variables: { input }, headers });
}

/** A person's month with time, whose weeks are approved, reported to the client. */
async function reportMonth({ servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'OWNER');
  const profileId = encodeGlobalId('Profile', memberOf(organization, 'MEMBER').viewer.profileId);
  const projectId = sampleSource(organization).idOf('Project');
  const change = async (name: string, input: object, selection = '__typename') => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${selection} } }`;
    return (await send(servers[0]!, { query, variables: { input }, headers })).data?.done;
  };
  await change('createTimeEntry', { projectId, profileId, workDate: '2025-02-03', hours: '7' });
  for (const day of ['2025-01-27', '2025-02-03', '2025-02-10', '2025-02-17', '2025-02-24']) {
    const done = await change('submitTimesheet', { profileId, day }, 'timesheet { id }');
    const { timesheet } = (done ?? {}) as { timesheet?: { id: string } };
    if (timesheet) await change('approveTimesheet', { id: timesheet.id });
  }
  await change('submitActivityReport', { projectId, profileId, day: '2025-02-03' });
}
