import { sql } from 'drizzle-orm';
import type { ContenderProcess } from '../contenders/process.ts';
import type { BenchTenant, Dataset } from '../data/dataset.ts';
import { normalForm, withoutNewId } from '../operations/normal-form.ts';
import { type Operation, pick } from '../operations/operation.ts';
import { randomFrom } from './random.ts';
import { firstDifference, send } from './send.ts';

const requestsEach = 10;

/** Throws unless all contenders give equal answers to every operation, and write equally much where they write. */
export async function verify(
  dataset: Dataset,
  contenders: readonly ContenderProcess[],
  operations: readonly Operation[],
): Promise<void> {
  for (const operation of operations) {
    const random = randomFrom(operation.name);
    for (let n = 0; n < requestsEach; n++) {
      const chosen = pick([...dataset.tenants.keys()], random);
      const variables = operation.variables(dataset.tenants[chosen]!.sample, random);
      let expected: unknown;
      for (const { contender, port } of contenders) {
        const { app, tenants } = contender.dataset ?? dataset;
        const tenant = tenants[chosen]!;
        const before = await countRows(app, tenant);
        const data = await send(port, contender.request(operation, tenant, variables));
        const answer = withoutNewId(normalForm(contender.answer(operation, data)));
        expected ??= answer;
        const difference = firstDifference(expected, answer);
        const [first] = contenders;
        if (difference) {
          throw new Error(
            `${operation.name}: ${first!.contender.title} and ${contender.title} differ at ${difference}`,
          );
        }
        await checkWrites(app, tenant, before, operation.access === 'write' ? 1 : 0, contender.title);
      }
    }
  }
}

interface Rows {
  entries: number;
  events: number;
}

/** A write is one entry and one event, whoever makes them. */
async function checkWrites(
  app: Dataset['app'],
  tenant: BenchTenant,
  before: Rows,
  expected: number,
  title: string,
): Promise<void> {
  const after = await countRows(app, tenant);
  if (after.entries - before.entries === expected && after.events - before.events === expected) return;
  throw new Error(`${title} wrote ${JSON.stringify(after)} after ${JSON.stringify(before)}, not ${expected} more`);
}

async function countRows(app: Dataset['app'], { tenant }: BenchTenant): Promise<Rows> {
  const rows = await app.binding.read(tenant, (db) =>
    db.execute<{ entries: number; events: number }>(
      sql`select (select count(*)::int from time_entries) as entries, (select count(*)::int from events) as events`,
    ),
  );
  return rows[0]!;
}
