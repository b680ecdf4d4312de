import { beforeAll, expect, test } from 'vitest';
import { worstInputs } from '../../bench/bystander/worst-inputs.ts';
import type { BenchTenant } from '../../bench/data/dataset.ts';
import { signInManager } from '../../bench/data/member.ts';
import { readSample } from '../../bench/data/sample.ts';
import { seedTenant } from '../../bench/data/seed-tenant.ts';
import { Admin } from '../../src/db/admin.ts';
import { world } from '../support/world.ts';

const size = { projects: 4, tasks: 200, timeEntries: 300, messages: 40 };

const here = await world({ env: { NODE_ENV: 'production', PUBLIC_URL: 'http://bench.localhost' } });
let member: BenchTenant;

beforeAll(async () => {
  const { tenant } = await here.company();
  await using admin = new Admin({ url: here.databaseUrl });
  await admin.transaction((tx) => seedTenant(tx, tenant, here.app.installation.roles.owner, size));
  const sample = await here.app.binding.read(tenant, readSample);
  member = { tenant, sample, token: await signInManager(here.app, tenant) };
});

test.each(worstInputs)('$name has the result that the benchmark states', async ({ answer, requests }) => {
  for (const { path, headers, body } of requests(member).slice(0, 2)) {
    const response = await here.yoga.fetch(`http://localhost${path}`, { method: 'POST', headers, body });
    const { data, errors = [] } = (await response.json()) as { data?: object; errors?: { extensions: object }[] };
    if (answer === 'data') expect({ data, errors }).toEqual({ data: expect.any(Object), errors: [] });
    else expect(errors).toMatchObject([{ extensions: { code: answer } }]);
  }
});
