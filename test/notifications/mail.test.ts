import { beforeAll, expect, it } from 'vitest';
import { profileOf } from '../messaging/support.ts';
import { createPart, createProject } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { run } from '../support/run.ts';
import { TestMailer } from '../support/test-mailer.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

const mailer = new TestMailer();
const server = await world({ mailer, env: { APP_URL: 'https://app.example.test' } });
let company: Company;
let manager: Member;
let member: Member;
let projectId: string;

beforeAll(async () => {
  company = await server.company();
  [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
  projectId = await createProject(manager, { name: 'Portal' });
  for (const type of ['TASK_ASSIGNED', 'PROJECT_UPDATE'])
    await run(member, 'setNotificationPreference', { type, medium: 'EMAIL', enabled: true });
});

const assign = (name: string) => createTask(manager, { projectId, name, assigneeId: profileOf(member) });
const unread = async (): Promise<{ id: string }[]> =>
  (await member.ok('{ notifications(where: { readAt: { isNull: true } }) { nodes { id } } }')).notifications.nodes;

const drained = commandLine(server.app);
const drain = () => {
  const worker = server.app.startWorkers(1);
  const { directory } = server.app;
  return drained(['jobs', 'drain', company.tenant.slug, '--json'], {
    openWorker: async () => ({ worker, directory, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() }),
  });
};

it('is sent once, in the person’s language, by a worker that the commit wakes', async () => {
  await using worker = server.app.startWorkers(1);
  const taskId = await assign('Wireframes');
  await worker.idle();
  expect(mailer.sent).toMatchObject([
    { kind: 'NOTIFICATION', link: `https://app.example.test/tasks/${taskId.slice(5)}` },
  ]);
  expect(mailer.sent[0]!.subject).toBe(`Une tâche vous a été confiée : Wireframes (${company.tenant.name})`);
  await run(manager, 'updateTask', { id: taskId, assigneeId: null });
  await run(manager, 'updateTask', { id: taskId, assigneeId: profileOf(member) });
  await worker.idle();
  expect(mailer.sent).toHaveLength(1);
  expect(worker.totals).toMatchObject({ done: 1, failed: 0 });
});

it('is promised with the change: by an upsert too, and not if the change fails', async () => {
  mailer.sent.length = 0;
  const rows = [1, 2].map((n) => ({
    projectId,
    name: `Row ${n}`,
    externalReference: `r-${n}`,
    assigneeId: profileOf(member),
  }));
  await run(manager, 'upsertTasks', { rows }, 'results { status }');
  const again = { projectId, name: 'Again', externalReference: 'r-1', assigneeId: profileOf(member) };
  expect(await run(manager, 'createTask', again)).toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(JSON.parse((await drain()).stdout)).toEqual({ done: 2, failed: 0, died: 0 });
  expect(mailer.sent.map(({ subject }) => subject.replace(/^.* : | \(.*$/g, '')).sort()).toEqual(['Row 1', 'Row 2']);
});

it('is not sent about what the person has read or may not see any more, nor to somebody who left', async () => {
  mailer.sent.length = 0;
  await assign('Read meanwhile');
  await run(member, 'markNotificationsRead', { ids: (await unread()).map(({ id }) => id) }, '__typename');
  const hidden = await createProject(manager, { name: 'Hidden', visibility: 'MEMBERS' });
  const assignment = await createPart(manager, 'ProjectAssignment', {
    ...{ projectId: hidden, profileId: profileOf(member), allocationPercent: 1 },
  });
  await run(manager, 'deleteProjectAssignment', { id: assignment }, 'deletedId');
  const leaver = await company.member('MEMBER');
  await run(leaver, 'setNotificationPreference', { type: 'TASK_ASSIGNED', medium: 'EMAIL', enabled: true });
  await createTask(manager, { projectId, name: 'For a leaver', assigneeId: profileOf(leaver) });
  const owner = await company.as('OWNER');
  const { members } = await owner.ok('{ members(first: 50) { nodes { id user { email } } } }');
  const left = members.nodes.find(({ user }: { user: { email: string } }) => user.email === leaver.user.email);
  await run(owner, 'removeMember', { memberId: left.id }, '__typename');
  expect(JSON.parse((await drain()).stdout)).toEqual({ done: 3, failed: 0, died: 0 });
  expect(mailer.sent).toEqual([]);
});

it('fails until the mail server answers, and is listed and tried again by command', async () => {
  mailer.sent.length = 0;
  const { send } = mailer;
  mailer.send = () => Promise.reject(new Error('The mail server is down'));
  await assign('Later');
  expect(JSON.parse((await drain()).stdout)).toEqual({ done: 0, failed: 1, died: 0 });
  const cli = commandLine(server.app);
  const list = async () => JSON.parse((await cli(['jobs', 'list', company.tenant.slug, '--json'])).stdout);
  const [job] = await list();
  expect(job).toMatchObject({
    kind: 'notification.mail',
    attempts: 1,
    diedAt: null,
    lastError: 'The mail server is down',
  });
  expect(JSON.parse((await cli(['jobs', 'list', '--json'])).stdout)).toEqual([
    { slug: company.tenant.slug, waiting: 1, dead: 0 },
  ]);
  await company.world.app.binding.write(company.tenant, (tx) => tx.run('update jobs set died_at = now()', []));
  expect(JSON.parse((await drain()).stdout)).toEqual({ done: 0, failed: 0, died: 0 });
  mailer.send = send;
  expect(JSON.parse((await cli(['jobs', 'retry', company.tenant.slug, '--json'])).stdout)).toEqual({ retried: 1 });
  expect(JSON.parse((await drain()).stdout)).toEqual({ done: 1, failed: 0, died: 0 });
  expect([mailer.sent.length, await list()]).toEqual([1, []]);
});
