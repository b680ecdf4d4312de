import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import { served } from '../support/served.ts';
import { type Member, world } from '../support/world.ts';

const here = await world({ env: { MAX_COMPLEXITY: '1000000', POOL_SIZE: '8' } });
const { origin } = await served(here);

interface Group {
  keys: {
    projectKeys: { client: { name: string }; clientKeys: { sector: string | null } };
    project: { name: string };
    month: string;
  };
  hours: string;
}

async function exported(query: string, { headers }: Member): Promise<string> {
  const body = JSON.stringify({ query });
  const answer = await fetch(`${origin}/export?format=csv`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return answer.text();
}

describe('hours by client, sector, project and month of a year, ordered by hours, only above 100', () => {
  const query = `{ timeEntriesAggregate(
    by: [{ project: { id: true, client: { id: true, sector: true } }, workDate: MONTH }]
    where: { workDate: { gte: "2026-01-01", lte: "2026-12-31" } }
    having: { sum: { hours: { gt: "100" } } }
    orderBy: [{ sum: HOURS, direction: DESC }]
  ) {
    keys {
      projectKeys { client { name } clientKeys { sector } }
      project { name }
      month: workDate(by: MONTH)
    }
    hours: sum(of: HOURS)
  } }`;
  const year = [
    '2025-12',
    ...Array.from({ length: 12 }, (_, at) => `2026-${String(at + 1).padStart(2, '0')}`),
    '2027-01',
  ];
  const client = { id: uuidv7(), name: 'Globex', sector: 'Energy' };
  const another = { id: uuidv7(), name: 'Hooli', sector: null };
  const worked = [client, client, another].map((of, place) => ({
    ...{ id: uuidv7(), clientId: of.id, name: `Work ${place}`, code: `W${place}`, startDate: '2025-01-01' },
  }));
  /** Of each project and month, 15 entries of different hours: 60 to 190 in all, once exactly 100. */
  const hoursOf = (project: number, month: number): number[] =>
    Array.from({ length: 15 }, (_, at) =>
      project === 1 && month === 5
        ? at < 10
          ? 10
          : 0
        : 4 + ((month * 3 + project) % 14) * 0.6 + (at === 0 ? project * 0.25 : 0),
    );

  it('is one statement, and the same rows as CSV', async () => {
    const company = await here.company();
    const analyst = await company.as('MANAGER');
    const { profileId } = analyst;
    await here.app.binding.write(company.tenant, async (tx) => {
      await tx.insert(clients).values([client, another]);
      await tx.insert(projects).values(worked);
      const entries = worked.flatMap(({ id: projectId }, project) =>
        year.flatMap((month, at) =>
          hoursOf(project, at).map((hours, day) => ({
            ...{ id: uuidv7(), projectId, profileId, hours: hours.toFixed(2) },
            workDate: `${month}-${String(day + 1).padStart(2, '0')}`,
          })),
        ),
      );
      await tx.insert(timeEntries).values(entries);
    });
    const groups = worked.flatMap(({ name, clientId }, project) =>
      year.map((month, at) => {
        const cents = hoursOf(project, at).reduce((sum, hours) => sum + Math.round(hours * 100), 0);
        const of = clientId === client.id ? client : another;
        return { cents, row: [of.name, of.sector ?? '', name, `${month}-01`, String(cents / 100)] };
      }),
    );
    const expected = groups
      .filter(({ cents, row }) => cents > 10_000 && row[3]!.startsWith('2026'))
      .sort((a, b) => b.cents - a.cents)
      .map(({ row }) => row);
    expect(expected.length).toBeGreaterThan(10);
    expect(groups.some(({ cents }) => cents === 10_000)).toBe(true);

    const { data, statements } = await analyst.graphql(query);
    expect(statements).toHaveLength(1);
    const shown = (data.timeEntriesAggregate as Group[]).map(
      ({ keys: { projectKeys, project, month }, hours }): string[] => [
        projectKeys.client.name,
        projectKeys.clientKeys.sector ?? '',
        project.name,
        month,
        hours,
      ],
    );
    const byHours = (rows: string[][]) =>
      [...rows].sort((a, b) => Number(b[4]) - Number(a[4]) || (String(a) < String(b) ? -1 : 1));
    expect(shown.map((row) => row[4])).toEqual(expected.map((row) => row[4]));
    expect(byHours(shown)).toEqual(byHours(expected));

    const [head, ...rows] = (await exported(query, analyst)).trimEnd().split('\r\n');
    expect(head).toBe(
      'keys.projectKeys.client.name,keys.projectKeys.clientKeys.sector,keys.project.name,keys.month,hours',
    );
    expect(rows).toEqual(shown.map((row) => row.join(',')));
  });
});
