import { expect, it } from 'vitest';
import { Explorer } from './explorer.ts';

const demo = { code: 'x'.repeat(22), headers: () => Promise.resolve({ authorization: 'Bearer ours' }) };
const explorer = new Explorer({ open: true, mayOpen: () => Promise.resolve(false), demo });
const headersOf = async (login: string) => {
  const page = await explorer.page(new Request(`http://localhost/graphql?login=${encodeURIComponent(login)}`));
  return page ? page.headers : undefined;
};

it('signs in who has the code', async () => {
  expect(await headersOf(demo.code)).toContain('Bearer ours');
});

it.each(['', 'x', 'y'.repeat(22), 'é'.repeat(22)])('signs nobody in by the code "%s"', async (login) => {
  expect(await headersOf(login)).not.toContain('Bearer');
});
