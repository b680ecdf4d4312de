import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Deed, type Round, rounds } from './rounds.ts';
import { type Ended, Scene } from './scene.ts';

/*
 * Kills commands, and either of two PostgreSQL servers, at random moments of moves, backups of all organizations,
 * restores and migrations, while organizations write: `npm run test:kills`. KILLS and WRITES say how much.
 */
const kills = Number(process.env.KILLS ?? 40);
const writes = Number(process.env.WRITES ?? 20_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());

const deeds: readonly Deed[] = ['move', 'backup', 'restore', 'migrate'];
const victims = ['the process', 'the primary server', 'the process', 'the further server'] as const;

it(`loses nothing by ${kills} kills`, { timeout: 7_200_000 }, async () => {
  const counts: Record<Deed, number> = { move: 0, backup: 0, restore: 0, migrate: 0 };
  const begin = (deed: Deed) => rounds[deed](scene, counts[deed]++);
  const durations = new Map<Deed, number>();
  for (const deed of deeds) durations.set(deed, await undisturbed(await begin(deed)));
  const hits: Record<string, number> = {};
  let killed = 0;
  let failed = false;
  const writers = scene.startWriters(() => failed || (killed >= kills && scene.acknowledged >= writes));
  try {
    while (killed < kills) {
      const deed = deeds[killed % deeds.length]!;
      const victim = victims[Math.floor(killed / deeds.length) % victims.length]!;
      const wasDuring = await strike(await begin(deed), victim, durations.get(deed)!);
      if (!wasDuring) continue;
      killed++;
      hits[`${deed}, ${victim}`] = (hits[`${deed}, ${victim}`] ?? 0) + 1;
      console.log(`${killed} of ${kills}: ${victim} during ${deed}; ${scene.acknowledged} writes`);
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    await writers;
  }
  expect(await scene.missing()).toEqual([]);
  console.log(`${scene.acknowledged} acknowledged writes, none missing`, {
    rounds: counts,
    hits,
    refused: scene.refusals,
  });
  expect(await scene.leftovers()).toEqual({ openMoves: [], withheld: [], problems: [] });
  expect(scene.refusals).not.toHaveProperty('INTERNAL');
});

async function undisturbed(round: Round): Promise<number> {
  const from = performance.now();
  const ended = await scene.start(round.args).ended;
  const duration = performance.now() - from;
  await round.resume(ended);
  return duration;
}

/** Strikes at a random moment of a command, then resumes it. Says whether the command was still running. */
async function strike(round: Round, victim: (typeof victims)[number], duration: number): Promise<boolean> {
  const command = scene.start(round.args);
  let ended: Ended | undefined;
  void command.ended.then((result) => {
    ended = result;
  });
  await delay(duration * (0.2 + 0.8 * Math.random()));
  const wasDuring = ended === undefined;
  if (victim === 'the process') command.kill();
  if (victim === 'the primary server') await scene.restart('home');
  if (victim === 'the further server') await scene.restart('away');
  await round.resume(await command.ended);
  return wasDuring;
}
