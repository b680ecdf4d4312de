import { beforeAll, describe, expect, it } from 'vitest';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask, seedProject } from './support.ts';

const allFields = `{
  id type name description estimateDays startDate dueDate status priority color tags completedAt version
  externalReference project { id } assignee { id } creator { id }
}`;

describe('tasks', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let project: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    project = `Project:${await seedProject(company)}`;
  });

  const create = (member: Member, input: object) =>
    member.graphql(
      `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task ${allFields} lastEventId } }`,
      {
        input,
      },
    );
  const update = (member: Member, input: object) =>
    member.graphql(`mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task ${allFields} } }`, {
      input,
    });

  it('are created with all possible fields', async () => {
    const input = {
      projectId: project,
      name: 'Préparer la démo',
      description: 'Avec des données réelles',
      estimateDays: '2.50',
      startDate: '2026-06-01',
      dueDate: '2026-06-05',
      priority: 'HIGH',
      color: '#1f6feb',
      tags: ['demo', 'client', 'demo'],
      assigneeId: `Profile:${manager.profileId}`,
      externalReference: 'JIRA-1',
    };
    const { data, errors } = await create(manager, input);
    expect(errors).toEqual([]);
    expect(data.createTask.task).toMatchObject({
      type: 'PROJECT',
      name: 'Préparer la démo',
      estimateDays: '2.5',
      status: 'TODO',
      tags: ['demo', 'client'],
      completedAt: null,
      version: 1,
      project: { id: project },
      assignee: { id: `Profile:${manager.profileId}` },
      creator: { id: `Profile:${manager.profileId}` },
    });
    expect(data.createTask.lastEventId).toEqual(expect.any(String));
  });

  it.each([
    [{ name: '' }, 'BAD_INPUT', 'input.name'],
    [{ name: 'x', type: 'CLIENT', projectId: null }, 'BAD_INPUT', 'input.projectId'],
    [{ name: 'x', startDate: '2026-02-02', dueDate: '2026-02-01' }, 'BAD_INPUT', 'input.dueDate'],
    [{ name: 'x', estimateDays: '-1' }, 'BAD_INPUT', 'input.estimateDays'],
    [{ name: 'x', estimateDays: '1.2345678' }, 'BAD_INPUT', 'input.estimateDays'],
    [{ name: 'x', externalReference: 'JIRA-1' }, 'ALREADY_EXISTS', 'input.externalReference'],
    [{ name: 'x', projectId: 'Project:00000000-0000-7000-8000-000000000000' }, 'NOT_FOUND', 'input.projectId'],
    [{ name: 'x', assigneeId: 'Profile:00000000-0000-7000-8000-000000000000' }, 'NOT_FOUND', 'input.assigneeId'],
    [
      { name: 'x', deliverableId: 'Deliverable:00000000-0000-7000-8000-000000000000' },
      'NOT_FOUND',
      'input.deliverableId',
    ],
  ])('are rejected: %o', async (input, code, field) => {
    const { errors } = await create(manager, { projectId: project, ...input });
    expect(errors).toMatchObject([{ extensions: { code, field } }]);
  });

  it('are changed field by field, and found by external reference', async () => {
    const id = await createTask(manager, { projectId: project, name: 'Draft', dueDate: '2026-03-01', tags: ['a'] });
    const renamed = await update(manager, { id, name: 'Final', dueDate: null, externalReference: 'JIRA-2' });
    expect(renamed.data.updateTask.task).toMatchObject({ name: 'Final', dueDate: null, tags: ['a'], version: 2 });
    const again = await update(manager, { id: 'Task:ref:JIRA-2', name: 'Final' });
    expect(again.data.updateTask.task).toMatchObject({ id, version: 2 });
  });

  it('report a stale version with the current state', async () => {
    const id = await createTask(manager, { projectId: project, name: 'Mine' });
    await update(manager, { id, name: 'Theirs' });
    const { errors } = await update(manager, { id, name: 'Mine again', expectedVersion: 1 });
    expect(errors).toMatchObject([
      { extensions: { code: 'STALE_VERSION', current: { id, name: 'Theirs', version: 2 } } },
    ]);
    expect(errors[0]!.extensions.current).not.toHaveProperty('search');
  });

  it('accept one of two updates with the same version', async () => {
    const id = await createTask(manager, { projectId: project, name: 'Contested' });
    const both = await Promise.all(['one', 'two'].map((name) => update(manager, { id, name, expectedVersion: 1 })));
    expect(both.map(({ errors }) => errors[0]?.extensions.code).sort()).toEqual(['STALE_VERSION', undefined]);
  });

  it('are completed and reopened by their status', async () => {
    const id = await createTask(manager, { projectId: project, name: 'To do' });
    const done = await update(manager, { id, status: 'DONE' });
    expect(done.data.updateTask.task.completedAt).toEqual(expect.any(String));
    const kept = await update(manager, { id, name: 'Done' });
    expect(kept.data.updateTask.task.completedAt).toBe(done.data.updateTask.task.completedAt);
    const open = await update(manager, { id, status: 'IN_REVIEW' });
    expect(open.data.updateTask.task.completedAt).toBeNull();
  });

  it('can move to another project, but cannot become PERSONAL', async () => {
    const id = await createTask(manager, { projectId: project, name: 'Wanders' });
    const other = `Project:${await seedProject(company)}`;
    const moved = await update(manager, { id, projectId: other });
    expect(moved.data.updateTask.task.project).toEqual({ id: other });
    const refused = await update(manager, {
      id,
      type: 'PERSONAL',
      projectId: null,
      assigneeId: `Profile:${manager.profileId}`,
    });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID_STATE' } }]);
  });

  it('are deleted by their creator or with task:delete, with their events', async () => {
    const member = await company.as('MEMBER');
    const own = await createTask(member, { projectId: project, name: 'Own' });
    const foreign = await createTask(manager, { projectId: project, name: 'Foreign' });
    const remove = (id: string, by: Member) =>
      by.graphql('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id });
    expect((await remove(own, member)).data.deleteTask.deletedId).toBe(own);
    expect((await remove(foreign, member)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await remove(foreign, manager)).data.deleteTask.deletedId).toBe(foreign);
    expect((await remove(foreign, manager)).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', field: 'input.id' } },
    ]);
  });
});
