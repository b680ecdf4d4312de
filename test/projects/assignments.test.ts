import { describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { createPart, createProfile, createProject } from './support.ts';

const server = await world();
const manager = await (await server.company()).as('MANAGER');
const projectId = await createProject(manager);

const book = (profileId: string, input: object, who: Member = manager) =>
  who.graphql(
    'mutation ($input: CreateProjectAssignmentInput!) { createProjectAssignment(input: $input) { projectAssignment { id } } }',
    { input: { projectId, profileId, ...input } },
  );
const change = (id: string, input: object) =>
  manager.graphql(
    `mutation ($input: UpdateProjectAssignmentInput!) {
      updateProjectAssignment(input: $input) { projectAssignment { allocationPercent fromDate toDate saleRate { amount } version } }
    }`,
    { input: { id, ...input } },
  );

const year = { fromDate: '2026-01-01', toDate: '2026-12-31' };
type Answer = Awaited<ReturnType<typeof book>>;
const codeOf = ({ errors }: Answer) => errors[0]?.extensions.code;

describe('booking a person', () => {
  it('is limited to 100 %, on every day', async () => {
    const profileId = await createProfile(manager);
    expect(codeOf(await book(profileId, { ...year, allocationPercent: 60 }))).toBeUndefined();
    expect(codeOf(await book(profileId, { allocationPercent: 40, fromDate: '2026-06-01' }))).toBeUndefined();
    const { errors } = await book(profileId, { allocationPercent: 1, toDate: '2026-06-15' });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'OVERBOOKED',
      field: 'input.allocationPercent',
      percent: 101,
      day: '2026-06-01',
    });
    expect(codeOf(await book(profileId, { allocationPercent: 40, toDate: '2026-05-31' }))).toBeUndefined();
    expect(codeOf(await book(profileId, { fromDate: '2027-01-01', allocationPercent: 61 }))).toBe('OVERBOOKED');
    expect(codeOf(await book(profileId, { fromDate: '2027-01-01', allocationPercent: 60 }))).toBeUndefined();
  });

  it('takes 100 % if no share is given', async () => {
    const profileId = await createProfile(manager);
    expect(codeOf(await book(profileId, {}))).toBeUndefined();
    expect(codeOf(await book(profileId, { allocationPercent: 1 }))).toBe('OVERBOOKED');
  });

  it('may exceed 100 % if that is allowed', async () => {
    const profileId = await createProfile(manager);
    await book(profileId, year);
    expect(codeOf(await book(profileId, { ...year, allowOverbooking: true }))).toBeUndefined();
  });

  it('never exceeds 100 % under concurrent bookings', async () => {
    const profileId = await createProfile(manager);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => book(profileId, { ...year, allocationPercent: 30 })),
    );
    expect(Object.groupBy(answers.map(codeOf), String)).toEqual({
      undefined: [undefined, undefined, undefined],
      OVERBOOKED: Array.from({ length: 17 }, () => 'OVERBOOKED'),
    });
  });

  it('rejects invalid shares and days', async () => {
    const profileId = await createProfile(manager);
    for (const input of [
      { allocationPercent: 0 },
      { allocationPercent: 101 },
      { fromDate: '2026-02-01', toDate: '2026-01-31' },
      { saleRate: '-1' },
      { saleRate: '1.005' },
    ]) {
      expect(codeOf(await book(profileId, input))).toBe('BAD_INPUT');
    }
  });
});

describe('changing an assignment', () => {
  it('is checked without the old share', async () => {
    const profileId = await createProfile(manager);
    const id = await createPart(manager, 'ProjectAssignment', { projectId, profileId, ...year, allocationPercent: 60 });
    expect(codeOf(await change(id, { allocationPercent: 100 }))).toBeUndefined();
    await book(profileId, { fromDate: '2027-01-01', allocationPercent: 50 });
    expect(codeOf(await change(id, { toDate: null }))).toBe('OVERBOOKED');
    expect(codeOf(await change(id, { toDate: null, allowOverbooking: true }))).toBeUndefined();
  });

  it('to less is always possible', async () => {
    const profileId = await createProfile(manager);
    await book(profileId, year);
    const id = await createPart(manager, 'ProjectAssignment', {
      projectId,
      profileId,
      ...year,
      allowOverbooking: true,
      saleRate: '1200',
    });
    const { data, errors } = await change(id, { allocationPercent: 50, fromDate: '2026-02-01', expectedVersion: 1 });
    expect(errors).toEqual([]);
    expect(data.updateProjectAssignment.projectAssignment).toEqual({
      allocationPercent: 50,
      fromDate: '2026-02-01',
      toDate: '2026-12-31',
      saleRate: { amount: '1200' },
      version: 2,
    });
    expect(codeOf(await change(id, { allocationPercent: 51 }))).toBe('OVERBOOKED');
  });

  it('never exceeds 100 % under concurrent changes', async () => {
    const profileId = await createProfile(manager);
    const part = { projectId, profileId, ...year, allocationPercent: 10 };
    const ids: string[] = [];
    for (let at = 0; at < 6; at++) ids.push(await createPart(manager, 'ProjectAssignment', part));
    // 60 % in all: there is room for one to grow by 30, not for two
    const codes = (await Promise.all(ids.map((id) => change(id, { allocationPercent: 40 })))).map(codeOf);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'OVERBOOKED')).toHaveLength(5);
  });

  it('recognizes the same rate in any notation', async () => {
    const profileId = await createProfile(manager);
    const id = await createPart(manager, 'ProjectAssignment', { projectId, profileId, saleRate: '650' });
    const { data } = await change(id, { saleRate: 650.0 });
    expect(data.updateProjectAssignment.projectAssignment).toMatchObject({ saleRate: { amount: '650' }, version: 1 });
  });

  it('needs project:write', async () => {
    const profileId = await createProfile(manager);
    expect(codeOf(await book(profileId, {}, await manager.company.as('CONSULTANT')))).toBe('FORBIDDEN');
    expect(codeOf(await book(profileId, {}, await manager.company.as('CLIENT')))).toBe('FORBIDDEN');
  });
});
