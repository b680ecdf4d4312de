import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ErrorCode } from '../../src/lib/errors.ts';
import { createClient } from '../projects/support.ts';
import { type Member, world } from '../support/world.ts';
import { beginStory } from './begin-story.ts';
import { differences, Follower, readEverything } from './follower.ts';
import { anyStory, doStep, type Step } from './steps.ts';

/** `STORIES=200 SEED=7 STEPS=200 npx vitest run test/lifecycle/stories.test.ts` */
const stories = Number(process.env.STORIES ?? 3);
const seed = Number(process.env.SEED ?? 20_261_129);
const length = Number(process.env.STEPS ?? 60);

const here = await world();

/** How a step may fail. */
const refusals: readonly ErrorCode[] = [
  ...(['BAD_INPUT', 'FORBIDDEN', 'NOT_FOUND', 'INVALID_STATE', 'IN_USE', 'DAY_LIMIT', 'OVERBOOKED'] as const),
  ...(['CYCLE', 'ALREADY_EXISTS'] as const),
];

interface Entry {
  id: string;
  status: string;
  hours: string;
  workDate: string;
  project: { id: string };
  profile: { id: string };
  task: { id: string } | null;
}

async function readTime(owner: Member): Promise<Entry[]> {
  const { timeEntries } = await owner.ok(
    '{ timeEntries(first: 100) { totalCount nodes { id status hours workDate project { id } profile { id } task { id } } } }',
  );
  expect(timeEntries.totalCount).toBe(timeEntries.nodes.length);
  return timeEntries.nodes;
}

/** What may not change of validated time, by the id of the entry. */
const validated = (entries: readonly Entry[]) =>
  new Map(
    entries
      .filter(({ status }) => status === 'VALIDATED')
      .map(({ id, hours, workDate, project, profile }) => [id, { hours, workDate, project, profile }]),
  );

const hundredths = (hours: string): number => Math.round(Number(hours) * 100);

/** Hours that count, by what they were spent on. */
function sumBy(entries: readonly Entry[], keyOf: (entry: Entry) => string | undefined): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries.filter(({ status }) => status !== 'REJECTED')) {
    const key = keyOf(entry);
    if (key) sums.set(key, (sums.get(key) ?? 0) + hundredths(entry.hours));
  }
  return sums;
}

async function expectSums(owner: Member, entries: readonly Entry[]): Promise<void> {
  const { projects, tasks, profiles, all, byProject } = await owner.ok(`{
    projects(first: 100) { nodes { id hours } }
    tasks(first: 100) { nodes { id hours } }
    profiles(first: 100) { nodes { id hours } }
    all: timeEntriesAggregate { count sum }
    byProject: timeEntriesAggregate(groupBy: [PROJECT], where: { status: { ne: REJECTED } }) { keys { project { id } } sum }
  }`);
  const shown = (nodes: { id: string; hours: string }[]) =>
    new Map(nodes.flatMap(({ id, hours }) => (hundredths(hours) ? [[id, hundredths(hours)] as const] : [])));
  const ofProjects = sumBy(entries, ({ project }) => project.id);
  expect(shown(projects.nodes)).toEqual(ofProjects);
  expect(shown(profiles.nodes)).toEqual(sumBy(entries, ({ profile }) => profile.id));
  // The personal tasks of others are hidden, and have no time
  expect(shown(tasks.nodes)).toEqual(sumBy(entries, ({ task }) => task?.id));
  const groups = byProject.map(({ keys, sum }: { keys: { project: { id: string } }; sum: string }) => [
    keys.project.id,
    hundredths(sum),
  ]);
  expect(new Map(groups)).toEqual(ofProjects);
  const total = entries.reduce((sum, { hours }) => sum + hundredths(hours), 0);
  expect([all[0].count, hundredths(all[0].sum)]).toEqual([entries.length, total]);
}

async function tell(steps: readonly Step[]): Promise<void> {
  const story = await beginStory(here);
  const owner = await story.company.as('OWNER');
  let before = validated([]);
  for (const step of steps) {
    const answer = (await doStep(story, step)) as { code?: ErrorCode } | undefined;
    if (answer?.code) expect(refusals, JSON.stringify([step, answer])).toContain(answer.code);
    const entries = await readTime(owner);
    const after = validated(entries);
    for (const [id, entry] of before)
      if (!story.reopened.has(id)) expect(after.get(id), `${id} after ${step.what}`).toEqual(entry);
    story.reopened.clear();
    before = after;
  }
  await expectSums(owner, await readTime(owner));
  const last = await createClient(owner, { name: 'The end' });
  const told = await new Follower(owner).readUntil(last);
  expect(differences(told, await readEverything(owner))).toEqual([]);
}

it('validated time never changes, sums are those of the rows, and the log tells all, whatever six roles do', {
  timeout: 600_000,
}, async () => {
  console.info(`${stories} stories of up to ${length} steps, seed ${seed}`);
  await fc.assert(fc.asyncProperty(anyStory(length), tell), { seed, numRuns: stories, endOnFailure: stories <= 3 });
});
