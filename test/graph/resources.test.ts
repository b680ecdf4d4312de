import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { rowRuleOf } from '../../src/access/row-rules.ts';
import { kindOf } from '../../src/graphql/declare/resource/columns.ts';
import {
  describeWithLimits,
  firstClause,
  lowerFirst,
  toConstantCase,
  toPlural,
  toWords,
  withArticle,
} from '../../src/graphql/declare/resource/naming.ts';
import { permissionsOf } from '../../src/identity/permissions.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { defineResource } from '../../src/modules/events/resource.ts';
import { projectAssignments, projectPhases } from '../../src/modules/projects/tables.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import '../../src/schema.ts';

const client = { role: 'CLIENT', profileId: 'me', permissions: permissionsOf('CLIENT') } as unknown as Viewer;
const nobody = { ...client, role: 'MEMBER', permissions: new Set() } as unknown as Viewer;

describe('visibility of parts', () => {
  const parts = [
    ['projectPhases', 'project', 'projects'],
    ['projectAssignments', 'project', 'projects'],
    ['deliverables', 'project', 'projects'],
    ['taskComments', 'task', 'tasks'],
    ['checklistItems', 'task', 'tasks'],
  ] as const;

  it.each(parts)('%s: visibility of its %s', (part, relation, whole) => {
    expect(rowRuleOf(part, client)).toEqual({ [relation]: rowRuleOf(whole, client) });
    expect(rowRuleOf(part, nobody)).toBe('none');
  });
});

describe('what follows from a column', () => {
  const check = (column: PgColumn, value: unknown, limits = {}) => kindOf(column, limits).check.safeParse(value);
  const { name, startDate } = getTableColumns(projectPhases);
  const { saleRate, role } = getTableColumns(projectAssignments);
  const { estimateDays, tags, description, rank } = getTableColumns(tasks);

  it('a line is trimmed and says something', () => {
    expect(check(name, ' First ')).toMatchObject({ data: 'First' });
    expect(check(name, '  ').success).toBe(false);
    expect(check(name, 'x'.repeat(201)).success).toBe(false);
    expect(kindOf(name, {}).bounds).toBe('1 to 200 characters');
  });

  it('a text is compared only where it is short', () => {
    expect(kindOf(description, {})).toMatchObject({ filtered: false, sorted: false });
    expect(kindOf(role, { max: 500 })).toMatchObject({ filtered: true, sorted: true });
    expect(check(role, 'x'.repeat(501), { max: 500 }).success).toBe(false);
  });

  it.each([
    ['0012.5', '12.50'],
    ['-0', '0.00'],
    ['3', '3.00'],
  ])('a number with two digits is normalized as its column returns it: %s', (given, data) => {
    expect(check(saleRate, given)).toMatchObject({ data });
  });

  it.each(['-1', '1.005', '1e3', '1000000000000', ''])('and not %s', (given) => {
    expect(check(saleRate, given).success).toBe(false);
  });

  it('a number of any digits stays as it is', () => {
    expect(check(estimateDays, '0.125')).toMatchObject({ data: '0.125' });
  });

  it('words are listed once, days are days, and ranks cannot be filtered', () => {
    expect(check(tags, [' a', 'b', 'a'])).toMatchObject({ data: ['a', 'b'] });
    expect(check(startDate, '2026-02-30').success).toBe(false);
    expect(kindOf(rank, {})).toMatchObject({ filtered: false, sorted: true });
  });
});

describe('words', () => {
  it('are derived from names', () => {
    expect([
      toWords('ProjectPhase'),
      toConstantCase('dueAt'),
      withArticle('incident'),
      withArticle('user'),
      withArticle('unit'),
    ]).toEqual(['project phase', 'DUE_AT', 'an incident', 'a user', 'a unit']);
    expect(['entry', 'day', 'expense', 'branch'].map(toPlural)).toEqual(['entries', 'days', 'expenses', 'branches']);
  });

  it('form sentences from clauses', () => {
    expect(firstClause('When it has to be solved: by its priority.')).toBe('When it has to be solved');
    expect([lowerFirst('When it began'), lowerFirst('SLA of it')]).toEqual(['when it began', 'SLA of it']);
    expect(describeWithLimits('Name', ['1 to 200 characters', undefined], ['unique'])).toBe(
      'Name, 1 to 200 characters; unique.',
    );
  });
});

const spec = { name: 'Odd', description: 'Odd.', read: () => 'all' as const, write: 'project:write' as const };

describe('an inconsistent declaration', () => {
  it('fails at the start of the program', () => {
    expect(() =>
      // @ts-expect-error: there is no such column
      defineResource('projectPhases', { ...spec, fields: { colour: 'Color.' } }),
    ).toThrow(/no column and no relation colour$/);
    expect(() =>
      // @ts-expect-error: the column is there, the relation is not
      defineResource('profiles', { ...spec, fields: { user: 'User.' } }),
    ).toThrow(/no relation user. To show the row that userId refers to, add the relation user to relations.ts/);
    expect(() =>
      defineResource('projectPhases', { ...spec, fields: { name: 'Name.' }, create: { writes: ['position'] } }),
    ).toThrow(/writes position, which is not among its fields/);
    expect(() =>
      defineResource('projectPhases', {
        ...spec,
        parent: 'project',
        fields: { project: 'Project.' },
        update: { writes: ['projectId'] },
      }),
    ).toThrow(/a row stays with its parent/);
    expect(() =>
      defineResource('incidents', {
        ...spec,
        write: { allow: () => true, allowedTo: 'everybody' },
        fields: { title: 'Title.' },
        create: { writes: ['title'] },
      }),
    ).toThrow(/not who creates them/);
    for (const column of ['id', 'version', 'createdAt'] as const)
      expect(() =>
        defineResource('incidents', { ...spec, fields: { title: 'Title.' }, update: { writes: ['title', column] } }),
      ).toThrow(new RegExp(`writes ${column}, which`));
    expect(() => defineResource('incidents', { ...spec, fields: { title: '' } })).toThrow(
      /Odd.title has no description/,
    );
  });
});

/** Never called: what the compiler knows. */
export function known() {
  defineResource('incidents', {
    ...spec,
    fields: { title: 'Title.', project: 'Project.' },
    create: {
      writes: ['projectId', 'title', 'severity'],
      before: ({ values }) => {
        const given: [string, string, 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' | undefined] = [
          values.projectId,
          values.title,
          values.severity,
        ];
        return { resolution: given.join() };
      },
    },
    update: {
      writes: ['title'],
      from: { status: ['OPEN'] },
      input: (t) => ({ loud: t.boolean({ required: true, description: 'Loud.' }) }),
      before: ({ current, next, extra }) => {
        const [loud, at]: [boolean, Date | null] = [extra.loud, current.resolvedAt];
        return { title: `${next.title}${loud}${at}` };
      },
    },
  });
  defineResource('checklistItems', {
    ...spec,
    parent: 'task',
    lockParent: true,
    fields: { task: 'Task.', name: 'Name.' },
    create: { writes: ['taskId', 'name'], before: ({ parent }) => ({ rank: parent.rank }) },
  });
}

/** Never called: what the compiler refuses. */
export function refused() {
  const fields = { title: 'Title.' };
  defineResource('incidents', {
    ...spec,
    // @ts-expect-error: every value of an enum says what it means
    fields: { severity: { description: 'Severity.', values: { LOW: 'Low.' } } },
  });
  defineResource('incidents', {
    ...spec,
    // @ts-expect-error: an enum needs its values
    fields: { severity: 'Severity.' },
  });
  defineResource('incidents', {
    ...spec,
    fields,
    // @ts-expect-error: there is no such column
    create: { writes: ['titel'] },
  });
  defineResource('incidents', {
    ...spec,
    fields,
    // @ts-expect-error: there is no such relation
    parent: 'client',
  });
  defineResource('incidents', {
    ...spec,
    fields,
    // @ts-expect-error: nothing is ordered by what is no column
    order: { colour: 'asc' },
  });
  defineResource('incidents', {
    ...spec,
    fields,
    // @ts-expect-error: there is no such state
    update: { writes: ['title'], from: { status: ['CLOSED'] } },
  });
  defineResource('incidents', {
    ...spec,
    fields,
    create: {
      writes: ['title'],
      // @ts-expect-error: the client does not write it
      before: ({ values }) => ({ resolution: values.description }),
    },
  });
  defineResource('incidents', {
    ...spec,
    fields,
    update: {
      writes: ['title'],
      // @ts-expect-error: a column has its type
      before: () => ({ resolvedAt: 'yesterday' }),
    },
  });
}
