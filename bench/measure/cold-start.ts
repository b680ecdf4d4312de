import type { Contender, ContenderName } from '../contenders/contender.ts';
import { ContenderProcess } from '../contenders/process.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Operation, OperationName } from '../operations/operation.ts';
import { randomFrom } from './random.ts';
import { send } from './send.ts';

/** Milliseconds. */
export interface ColdStart {
  name: ContenderName;
  title: string;
  /** From the start of the process to its first answer of any kind. */
  start: number;
  /** The very first answer to each operation, and the next, both for the same tenant. */
  first: Partial<Record<OperationName, { first: number; second: number }>>;
}

/** Starts a contender and asks it for each operation twice. */
export async function coldStart(
  contender: Contender,
  dataset: Dataset,
  operations: readonly Operation[],
): Promise<ColdStart> {
  const { url, tenants } = contender.dataset ?? dataset;
  await using process = await ContenderProcess.start(contender, url);
  const random = randomFrom('cold');
  const tenant = tenants[0]!;
  const result: ColdStart = { name: contender.name, title: contender.title, start: process.startMs, first: {} };
  const timed = async (operation: Operation) => {
    const request = contender.request(operation, tenant, operation.variables(tenant.sample, random));
    const began = performance.now();
    await send(process.port, request);
    return performance.now() - began;
  };
  for (const operation of operations) {
    result.first[operation.name] = { first: await timed(operation), second: await timed(operation) };
  }
  return result;
}
