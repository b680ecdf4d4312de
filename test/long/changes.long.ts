import fc from 'fast-check';
import { it } from 'vitest';
import { stories, tell } from '../events/changes-model.ts';
import { world } from '../support/world.ts';

/* RUNS says how many stories are told. */
const runs = Number(process.env.RUNS ?? 50);

const server = await world();

it(`leaves followers with the objects of a fresh query, in ${runs} stories`, { timeout: 7_200_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(stories(6), (acts) => tell(server, acts)),
    { numRuns: runs },
  );
});
