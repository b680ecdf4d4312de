import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outcome } from './batches.ts';
import type { ImportRecord } from './records.ts';
import { Survey } from './survey.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const settled = async (rows: readonly Outcome[]): Promise<ImportRecord[]> => {
  const survey = await Survey.of(each(rows));
  const records: ImportRecord[] = [];
  for await (const outcome of survey.resolve(each(rows))) if (!('reason' in outcome)) records.push(outcome);
  return records;
};

const client = { reference: 'c', name: 'C' };
const key = fc.constantFrom('1', '2', '3');

/** Rows with a task, hours, a message that may answer another one, and a comment that may be under another task. */
const rows = fc.array(
  fc.record({ task: key, project: key, hours: fc.nat(24), message: key, answers: fc.option(key), commented: key }),
  { maxLength: 8 },
);

it('yields each object once, with the values of its last row, after the objects that it refers to', async () => {
  const property = fc.asyncProperty(rows, async (given) => {
    const outcomes = given.map(({ task, project, hours, message, answers, commented }, index): ImportRecord => {
      const shared = { projectReference: project, personReference: 'p', taskReference: task, hoursPerDay: null };
      return {
        line: index,
        project: { reference: project, name: `Project ${project} ${index}`, client },
        people: [{ reference: 'p', firstName: `P${index}` }],
        task: { reference: task, name: `Task ${index}`, projectReference: project },
        time: { ...shared, reference: task, day: '2026-03-02', hours: String(hours) },
        comments: [
          { reference: `${index}`, taskReference: commented, authorReference: 'p', content: 'x', at: new Date(0) },
        ],
        channel: { reference: 'ch', name: 'Ch' },
        messages: [
          {
            ...{ reference: message, channelReference: 'ch', authorReference: 'p', sentAt: new Date(0) },
            content: `${index}`,
            parentReference: answers === message ? null : answers,
          },
        ],
      };
    });
    const found = await settled(outcomes);
    const lastOf = (name: 'task' | 'message') => new Map<string, number>(given.map((row, index) => [row[name], index]));
    const tasks = found.flatMap(({ task }) => task ?? []);
    expect(Object.fromEntries(tasks.map(({ reference, name }) => [reference, name]))).toEqual(
      Object.fromEntries([...lastOf('task')].map(([reference, index]) => [reference, `Task ${index}`])),
    );
    expect(tasks).toHaveLength(lastOf('task').size);
    const time = found.flatMap((record) => record.time ?? []);
    expect(time).toHaveLength(lastOf('task').size);
    for (const entry of time) {
      // Hours are of the project where their task ends up
      expect(entry.projectReference).toBe(given[lastOf('task').get(entry.reference)!]!.project);
    }
    const messages = found.flatMap((record) => record.messages ?? []);
    expect(Object.fromEntries(messages.map(({ reference, content }) => [reference, content]))).toEqual(
      Object.fromEntries([...lastOf('message')].map(([reference, index]) => [reference, `${index}`])),
    );
    expect(messages).toHaveLength(lastOf('message').size);
    const place = new Map(found.flatMap((record, at) => (record.task ? [[record.task.reference, at]] : [])));
    for (const [at, { comments = [] }] of found.entries()) {
      for (const { taskReference } of comments) {
        const there = place.get(taskReference);
        if (there !== undefined) expect(at).toBeGreaterThanOrEqual(there);
      }
    }
    const projects = found.flatMap(({ project, moreProjects = [] }) => (project ? [project, ...moreProjects] : []));
    expect(new Set(projects.map(({ name }) => name)).size).toBe(
      new Set(projects.map(({ reference }) => reference)).size,
    );
  });
  await fc.assert(property, { numRuns: 300 });
});
