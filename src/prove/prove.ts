import type { Admin } from '../db/admin.ts';
import { advisoryLocks, takeLock } from '../db/advisory-lock.ts';
import { adminsOf } from '../fleet/fleet.ts';
import { AppError } from '../lib/errors.ts';
import { allAttacks } from './attacks.ts';
import { type AttackGroup, Duel } from './duel.ts';
import { removeLeftovers, removeRun } from './remove-scratch.ts';
import { coverageOf, type GroupReport, limits, type ProofReport } from './report.ts';
import { gatherSecrets, makeScratch, type Pair } from './scratch.ts';
import { newRun } from './scratch-names.ts';
import type { ProofTarget } from './target.ts';
import { changesBetween } from './tenant-rows.ts';

export interface ProofOptions {
  /** Names of the kinds of attack; all if absent. */
  only?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
  /** Called before each kind of attack. */
  onProgress?: ((progress: { group: string; done: number; of: number }) => void) | undefined;
}

/**
 * Creates two organizations, lets each attack the other, and removes them, even after an error. First removes what
 * interrupted runs left. Touches no other organization. Findings are returned, not thrown: the caller must report them
 * prominently. Throws BAD_INPUT for an unknown kind of attack, CANCELLED if interrupted.
 */
export async function prove(target: ProofTarget, options: ProofOptions = {}): Promise<ProofReport> {
  const groups = groupsOf(options.only);
  throwIfAborted(options.signal);
  return await withScratch(target, async (pair, admin, leftovers) => {
    const coverage = await coverageOf(target, pair);
    const reports = await attackPair(target, admin, pair, groups, options);
    return {
      organizations: pair.map(({ tenant }) => tenant.slug),
      groups: reports,
      attempts: reports.reduce((sum, { attempts }) => sum + attempts, 0),
      findings: reports.reduce((sum, { findings }) => sum + findings.length, 0),
      coverage,
      limits,
      leftovers,
    };
  });
}

/**
 * Creates two scratch organizations, runs `work` with them, and removes them. A lock keeps other runs from removing
 * them as leftovers meanwhile.
 */
export async function withScratch<T>(
  target: ProofTarget,
  work: (pair: Pair, admin: Admin, leftovers: string[]) => Promise<T>,
): Promise<T> {
  await using admins = adminsOf(target.fleet);
  return await admins.use((guard) =>
    admins.use(async (admin) => {
      const leftovers = await removeLeftovers(target, admin);
      const run = newRun();
      return await guard.transaction(async (tx) => {
        await takeLock(tx, advisoryLocks.proof(run));
        try {
          return await work(await makeScratch(target, admin, run), admin, leftovers);
        } finally {
          await removeRun(target, run);
        }
      });
    }),
  );
}

export function groupsOf(only: readonly string[] | undefined): readonly AttackGroup[] {
  const unknown = only?.find((name) => !allAttacks.some((group) => group.name === name));
  if (unknown !== undefined) {
    const names = allAttacks.map(({ name }) => name).join(', ');
    throw new AppError('BAD_INPUT', `There is no attack ${unknown}, only ${names}`);
  }
  return allAttacks.filter(({ name }) => only?.includes(name) ?? true);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('CANCELLED', 'Interrupted; the scratch organizations were removed');
}

/** Runs each kind of attack by the first organization on the second, then the other way round. */
export async function attackPair(
  target: ProofTarget,
  admin: Admin,
  pair: Pair,
  groups: readonly AttackGroup[],
  { signal, onProgress }: ProofOptions = {},
): Promise<GroupReport[]> {
  const reports: GroupReport[] = [];
  for (const group of groups) {
    throwIfAborted(signal);
    onProgress?.({ group: group.name, done: reports.length, of: groups.length });
    const from = performance.now();
    const [a, b] = pair;
    const duels = [new Duel(target, admin, a, b), new Duel(target, admin, b, a)];
    for (const duel of duels) await runAttack(duel, pair, group);
    reports.push({
      group: group.name,
      about: group.about,
      attempts: duels.reduce((sum, { attempts }) => sum + attempts, 0),
      findings: duels.flatMap(({ findings }) => findings),
      notes: [...new Set(duels.flatMap(({ notes }) => notes))],
      seconds: Math.round(performance.now() - from) / 1000,
    });
  }
  return reports;
}

/**
 * Runs one kind of attack and checks that the victim's rows have not changed. An attack that fails to run is a finding,
 * because it has proven nothing.
 */
async function runAttack(duel: Duel, pair: Pair, group: AttackGroup): Promise<void> {
  try {
    await group.prepare?.(duel);
    await gatherSecrets(pair);
    const before = await duel.victim.rows.checksums();
    await group.attack(duel);
    const changed = changesBetween(before, await duel.victim.rows.checksums());
    duel.judge('the other organization’s rows', changed.length > 0, `changed: ${changed.join(', ')}`);
  } catch (error) {
    duel.found(group.name, `could not be carried out: ${error instanceof Error ? error.message : String(error)}`);
  }
}
