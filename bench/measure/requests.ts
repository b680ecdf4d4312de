import type { Contender, Request } from '../contenders/contender.ts';
import type { BenchTenant } from '../data/dataset.ts';
import { type Operation, pick, type Random } from '../operations/operation.ts';
import { randomFrom } from './random.ts';

/** How requests fall upon tenants: on each alike, or on the n-th a n-th as often as on the first. */
export type Distribution = 'uniform' | 'zipf';

/** Enough that each tenant gets its share; a generator sends them over and over. */
const requestsAtLeast = 2_000;
const requestsPerTenant = 5;

/** The requests of an operation for a contender; every contender is asked for the same things in the same order. */
export function makeRequests(
  operation: Operation,
  contender: Contender,
  tenants: readonly BenchTenant[],
  distribution: Distribution,
): Request[] {
  const random = randomFrom(`load ${operation.name}`);
  const next = distribution === 'zipf' ? zipf(tenants, random) : () => pick(tenants, random);
  return Array.from({ length: Math.max(requestsAtLeast, tenants.length * requestsPerTenant) }, () => {
    const tenant = next();
    return contender.request(operation, tenant, operation.variables(tenant.sample, random));
  });
}

function zipf(tenants: readonly BenchTenant[], random: Random): () => BenchTenant {
  let sum = 0;
  const bounds = tenants.map((_, index) => {
    sum += 1 / (index + 1);
    return sum;
  });
  return () => {
    const at = (random(1_000_000) / 1_000_000) * sum;
    return tenants[bounds.findIndex((bound) => at < bound)] ?? tenants.at(-1)!;
  };
}
