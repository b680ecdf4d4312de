import { describe, expect, it } from 'vitest';
import { takeCode } from '../../src/modules/settings/take-code.ts';
import type { TenantTx } from '../../src/tenancy/tenant-session.ts';
import { type Member, world } from '../support/world.ts';

const server = await world();
const newManager = async () => (await server.company()).as('MANAGER');

describe('codes', () => {
  const write = <T>({ company }: Member, fn: (tx: TenantTx) => Promise<T>) =>
    server.app.binding.write(company.tenant, fn, { roleClass: 'job' });

  it('taken by 50 concurrent transactions, some of which fail, have no gaps and no duplicates', async () => {
    const manager = await newManager();
    const taken = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) =>
        write(manager, async (tx) => {
          const code = await takeCode(tx, 'PROJECT', '2026-01-01');
          if (at % 3 === 0) throw new Error('changed my mind');
          return code;
        }),
      ),
    );
    const codes = taken.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    const expected = Array.from({ length: 33 }, (_, at) => `PRJ-${String(at + 1).padStart(4, '0')}`);
    expect(codes.sort()).toEqual(expected);
  });

  it('restart when the date part in the pattern changes', async () => {
    const manager = await newManager();
    await manager.ok(
      'mutation { updateCodeFormat(input: { kind: PROJECT, pattern: "{YY}-{seq:2}" }) { lastEventId } }',
    );
    const days = ['2026-01-01', '2026-12-31', '2027-01-01', '2026-06-01'];
    const codes: string[] = [];
    for (const day of days) codes.push(await write(manager, (tx) => takeCode(tx, 'PROJECT', day)));
    expect(codes).toEqual(['26-01', '26-02', '27-01', '26-03']);
  });
});

describe('code formats', () => {
  const update = `mutation ($input: UpdateCodeFormatInput!) {
    updateCodeFormat(input: $input) { codeFormat { kind pattern version } lastEventId }
  }`;

  it('have a default until the organization sets one', async () => {
    const manager = await newManager();
    const formats = '{ codeFormats { kind pattern version } }';
    expect(await manager.ok(formats)).toEqual({
      codeFormats: [{ kind: 'PROJECT', pattern: 'PRJ-{seq:4}', version: 0 }],
    });
    const changed = { kind: 'PROJECT', pattern: 'P{YYYY}/{seq}', version: 1 };
    const { updateCodeFormat } = await manager.ok(update, {
      input: { kind: 'PROJECT', pattern: 'P{YYYY}/{seq}', expectedVersion: 0 },
    });
    expect(updateCodeFormat).toEqual({ codeFormat: changed, lastEventId: expect.any(String) });
    expect(await manager.ok(formats)).toEqual({ codeFormats: [changed] });
  });

  it('accept one of many changes with the same version, the first time and later', async () => {
    const manager = await newManager();
    for (const expectedVersion of [0, 1]) {
      const answers = await Promise.all(
        ['A', 'B', 'C', 'D'].map((letter) =>
          manager.graphql(update, {
            input: { kind: 'PROJECT', pattern: `${letter}${expectedVersion}-{seq}`, expectedVersion },
          }),
        ),
      );
      const codes = answers.map(({ errors }) => errors[0]?.extensions.code);
      expect(codes.sort()).toEqual(['STALE_VERSION', 'STALE_VERSION', 'STALE_VERSION', undefined]);
    }
  });

  it('must have a sequence number', async () => {
    const manager = await newManager();
    for (const pattern of ['PRJ', '{seq}{seq}', '{DAY}{seq}', '']) {
      const { errors } = await manager.graphql(update, { input: { kind: 'PROJECT', pattern } });
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.pattern' });
    }
  });
});

describe('settings', () => {
  const fields =
    '{ hoursPerDay weekStartsOn workingDays timeBeforeStart timeAhead timeApproval soleOwnerApproves leaveOverBalance trashDays }';
  const update = `mutation ($input: UpdateTenantSettingsInput!) {
    updateTenantSettings(input: $input) { tenantSettings ${fields} lastEventId }
  }`;
  const defaults = {
    hoursPerDay: '8',
    weekStartsOn: 'MONDAY',
    workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
    timeBeforeStart: false,
    timeAhead: false,
    timeApproval: 'VALIDATORS',
    soleOwnerApproves: false,
    leaveOverBalance: false,
    trashDays: 30,
  };

  it('are set one by one, and restored to their default by null', async () => {
    const manager = await newManager();
    expect((await manager.ok(`{ tenantSettings ${fields} }`)).tenantSettings).toEqual(defaults);
    const set = async (input: object) => (await manager.ok(update, { input })).updateTenantSettings;
    const first = await set({ hoursPerDay: '7.50', workingDays: ['FRIDAY', 'MONDAY'] });
    const changed = { ...defaults, hoursPerDay: '7.5', workingDays: ['MONDAY', 'FRIDAY'] };
    expect(first).toEqual({ tenantSettings: changed, lastEventId: expect.any(String) });
    expect(await set({ weekStartsOn: 'SUNDAY', hoursPerDay: null })).toMatchObject({
      tenantSettings: { ...changed, hoursPerDay: '8', weekStartsOn: 'SUNDAY' },
    });
    expect(await set({ weekStartsOn: 'SUNDAY' })).toMatchObject({ lastEventId: null });
  });

  it('reject invalid values', async () => {
    const manager = await newManager();
    for (const input of [
      { hoursPerDay: '0' },
      { hoursPerDay: '24.01' },
      { hoursPerDay: '1.005' },
      { workingDays: [] },
    ]) {
      const { errors } = await manager.graphql(update, { input });
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: `input.${Object.keys(input)[0]}` });
    }
  });

  it('are read by members and written with settings:write', async () => {
    const { company } = await newManager();
    const [consultant, client] = [await company.as('CONSULTANT'), await company.as('CLIENT')];
    expect((await consultant.ok(`{ tenantSettings ${fields} }`)).tenantSettings).toEqual(defaults);
    const codeOf = async (who: Member, query: string) => (await who.graphql(query)).errors[0]?.extensions.code;
    expect(await codeOf(client, `{ tenantSettings ${fields} }`)).toBe('FORBIDDEN');
    expect(await codeOf(client, '{ codeFormats { pattern } }')).toBe('FORBIDDEN');
    const set = 'mutation { updateTenantSettings(input: { hoursPerDay: "7" }) { lastEventId } }';
    expect(await codeOf(consultant, set)).toBe('FORBIDDEN');
  });
});
