import { afterAll, expect, it } from 'vitest';
import { ensureDemo } from '../../src/demo/ensure-demo.ts';
import { Backends } from '../support/backends.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld();
const admin = new Backends(here.app.installation.adminUrl);
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});

const count = async (headers: Record<string, string>) => {
  const { data } = await here.graphql('{ projects { totalCount } profiles { totalCount } }', {}, headers);
  return [data.projects.totalCount, data.profiles.totalCount];
};
const first = await ensureDemo(here.app);
const counts = await count(await first!.headers());

it('is created once, however often the server starts', async () => {
  const again = await ensureDemo(here.app);
  expect(await count(await again!.headers())).toEqual(counts);
});

it('signs the explorer in, even if the password was changed', async () => {
  await admin.query("update catalog.users set password_hash = null where email like 'owner@%'");
  const again = await ensureDemo(here.app);
  expect(await count(await again!.headers())).toEqual(counts);
});

it('does not touch a suspended organization', async () => {
  await admin.query("update catalog.organizations set status = 'SUSPENDED' where slug = 'globex'");
  here.app.directory.forget();
  const again = await ensureDemo(here.app);
  expect(again!.organizations.map(({ slug }) => slug)).toEqual(['acme']);
});

it('touches nothing if there is another organization', async () => {
  await here.company('Real');
  expect(await ensureDemo(here.app)).toBeUndefined();
});
