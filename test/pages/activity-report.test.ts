import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { run } from '../support/run.ts';
import { served } from '../support/served.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';
import { Visitor } from './visitor.ts';

describe('the page of an activity report', async () => {
  const here = await world();
  const { origin } = await served(here);
  let company: Company;
  let manager: Member;
  let contact: Member;
  let path: string;
  let clientId: string;
  let projectId: string;
  let id: string;
  beforeAll(async () => {
    company = await here.company('Acme');
    manager = await company.as('MANAGER');
    const member = await company.as('MEMBER');
    contact = await company.as('CLIENT');
    clientId = await createClient(manager, { name: 'Initech <b>', contactId: `Profile:${contact.profileId}` });
    projectId = await createProject(manager, {
      ...{ clientId, name: 'Quiet project', visibility: 'MEMBERS', startDate: '2025-01-01' },
    });
    const assignment = { projectId, profileId: `Profile:${member.profileId}`, allocationPercent: 1 };
    await run(manager, 'createProjectAssignment', assignment);
    await recordTime(member, { projectId, workDate: '2025-02-03', hours: '8' });
    await recordTime(member, { projectId, workDate: '2025-02-04', hours: '4' });
    for (const day of ['2025-01-27', '2025-02-03', '2025-02-10', '2025-02-17', '2025-02-24']) {
      const { timesheet } = await run(member, 'submitTimesheet', { day }, 'timesheet { id }');
      await run(manager, 'approveTimesheet', { id: timesheet.id });
    }
    const made = await run(member, 'submitActivityReport', { projectId, day: '2025-02-03' }, 'activityReport { id }');
    id = made.activityReport.id;
    path = `/t/${company.tenant.slug}/activity-reports/${id.split(':')[1]}`;
  });

  async function visit(member: Member, language = 'fr'): Promise<{ status: number; text: string }> {
    await withPassword(member);
    const visitor = new Visitor(origin, language);
    await visitor.post('/sign-in', { email: member.user.email, password });
    const response = await visitor.get(path);
    return { status: response.status, text: await response.text() };
  }

  it('prints what the client signs, and the signature', async () => {
    const before = await visit(contact);
    expect(before.status).toBe(200);
    for (const part of [
      'Compte rendu d’activité',
      'Initech &lt;b&gt;',
      'Quiet project',
      '2025-02-03',
      '1,5',
      'Non signé',
    ])
      expect(before.text).toContain(part);
    const signature = { id, expectedVersion: 1 };
    const signed = await run(contact, 'signActivityReport', signature, 'activityReport { contentHash projectName }');
    expect(signed.activityReport.projectName).toBe('Quiet project');
    await run(manager, 'updateProject', { id: projectId, name: 'Renamed' });
    await run(manager, 'updateClient', { id: clientId, name: 'Renamed' });
    const after = await visit(manager, 'en');
    const parts = ['Signed by', 'February 2025', '1.5', 'Initech &lt;b&gt;', 'Quiet project'];
    for (const part of [...parts, signed.activityReport.contentHash]) expect(after.text).toContain(part);
    expect(after.text).not.toContain('Renamed');
  });

  it('is not found by others, and asks strangers to sign in', async () => {
    const other = await visit(await company.member('CLIENT'));
    expect(other.status).toBe(404);
    expect(other.text).not.toContain('Quiet');
    expect((await new Visitor(origin).get(path)).status).toBe(401);
    expect((await visit(await company.member('MEMBER'))).status).toBe(404);
  });
});
