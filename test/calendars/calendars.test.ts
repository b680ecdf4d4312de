import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';

const period = `query ($from: LocalDate!, $to: LocalDate!, $profileId: ID) {
  workingDays(from: $from, to: $to, profileId: $profileId) { count hoursPerDay days { day isWorkingDay holiday } }
}`;

describe('work calendars', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    member = await company.as('MEMBER');
  });

  const countOf = async (year: number, profileId?: string) =>
    (await member.ok(period, { from: `${year}-01-01`, to: `${year}-12-31`, profileId })).workingDays.count;
  const create = async (input: object) =>
    (await run(manager, 'createWorkCalendar', input, 'workCalendar { id isDefault workingDays version }')).workCalendar;
  const defaults = async () =>
    (await manager.ok('{ workCalendars(where: { isDefault: { eq: true } }) { nodes { name version } } }')).workCalendars
      .nodes;

  it('are the settings and the public holidays of France as long as there is none', async () => {
    expect(await countOf(2026)).toBe(252);
    await run(manager, 'updateTenantSettings', { workingDays: ['MONDAY', 'THURSDAY'], hoursPerDay: '7' });
    const week = await member.ok(period, { from: '2026-05-11', to: '2026-05-15' });
    expect(week.workingDays).toMatchObject({ count: 1, hoursPerDay: '7' });
    expect(week.workingDays.days[3]).toEqual({ day: '2026-05-14', isWorkingDay: false, holiday: 'Ascension' });
    await run(manager, 'updateTenantSettings', { workingDays: null, hoursPerDay: null });
  });

  it('have one default, which a new one takes over, and own holidays', async () => {
    const france = await create({ name: 'France', isDefault: true });
    expect(france).toMatchObject({
      isDefault: true,
      workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
    });
    expect(await countOf(2027)).toBe(254);
    const alsace = await create({ name: 'Alsace', publicHolidays: 'ALSACE_MOSELLE', isDefault: true });
    expect(await defaults()).toEqual([{ name: 'Alsace', version: 1 }]);
    const before = 'query ($id: ID!) { node(id: $id) { ... on WorkCalendar { isDefault version } } }';
    expect((await manager.ok(before, { id: france.id })).node).toEqual({ isDefault: false, version: 2 });
    expect(await countOf(2028)).toBe(249);
    const calendarHolidays = [{ calendarId: alsace.id, day: '2028-12-27', name: 'Closed' }];
    await run(manager, 'createCalendarHolidays', { calendarHolidays });
    expect(await countOf(2028)).toBe(248);
    expect(await run(manager, 'createCalendarHolidays', { calendarHolidays })).toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await run(manager, 'updateWorkCalendar', { id: alsace.id, goodFriday: false });
    expect(await countOf(2028)).toBe(249);
    await run(manager, 'updateWorkCalendar', { id: france.id, isDefault: true });
    expect((await defaults()).map(({ name }: { name: string }) => name)).toEqual(['France']);
  });

  it('of a person hold for that person, and cannot be deleted meanwhile', async () => {
    const half = await create({ name: 'Half', workingDays: ['TUESDAY', 'MONDAY', 'MONDAY'], publicHolidays: 'NONE' });
    expect(half.workingDays).toEqual(['MONDAY', 'TUESDAY']);
    const profileId = `Profile:${member.profileId}`;
    expect(await run(member, 'updateProfile', { id: profileId, calendarId: half.id })).toMatchObject({
      code: 'FORBIDDEN',
    });
    await run(manager, 'updateProfile', { id: profileId, calendarId: half.id });
    expect([await countOf(2026, profileId), await countOf(2026)]).toEqual([104, 252]);
    expect(await run(manager, 'deleteWorkCalendar', { id: half.id })).toMatchObject({ code: 'IN_USE' });
    const people = '{ workCalendars(where: { name: { eq: "Half" } }) { nodes { people { nodes { id } } } } }';
    expect((await manager.ok(people)).workCalendars.nodes).toEqual([{ people: { nodes: [{ id: profileId }] } }]);
  });

  it('refuse days that are none, periods without end, and whoever may not', async () => {
    expect(await run(manager, 'createWorkCalendar', { name: 'Never', workingDays: [] })).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.workingDays',
    });
    expect(await run(manager, 'createWorkCalendar', { name: ' FRANCE' })).toMatchObject({
      code: 'ALREADY_EXISTS',
      field: 'input.name',
    });
    expect(await run(member, 'createWorkCalendar', { name: 'Mine' })).toMatchObject({ code: 'FORBIDDEN' });
    const refusal = async (by: Member, variables: object) =>
      (await by.graphql(period, { from: '2026-01-01', to: '2026-01-31', ...variables })).errors[0]!.extensions;
    expect(await refusal(member, { to: '2029-01-01' })).toMatchObject({ code: 'BAD_INPUT', field: 'to' });
    expect(await refusal(member, { to: '2025-01-01' })).toMatchObject({ code: 'BAD_INPUT', field: 'to' });
    expect(await refusal(member, { profileId: 'Profile:01a00000-0000-7000-8000-000000000000' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    const client = await company.as('CLIENT');
    expect(await refusal(client, {})).toMatchObject({ code: 'FORBIDDEN' });
    const { errors } = await client.graphql('{ workCalendars { nodes { id } } }');
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
