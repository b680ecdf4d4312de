import { afterAll, describe, expect, it } from 'vitest';
import { ownWorld } from '../support/own-world.ts';
import { world } from '../support/world.ts';

const here = await world({ env: { MAX_COMPLEXITY: '500', MAX_DEPTH: '6' } });
const acme = await here.company();
const manager = await acme.as('MANAGER');
const taken = () => {
  const { hits, misses } = here.app.pool.stats();
  return hits + misses;
};

describe('what takes no connection', () => {
  it.each([
    ['introspection', '{ __schema { types { name fields { name args { name } } } } }', undefined],
    ['a syntax error', '{ profiles {', 'GRAPHQL_PARSE_FAILED'],
    ['an invalid document', '{ nothingOfThatName }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of another type', 'query ($n: Int!) { profiles(first: $n) { totalCount } }', 'BAD_INPUT'],
    ['a page that is too large', '{ profiles(first: 101) { totalCount } }', 'BAD_INPUT'],
    [
      'a costly operation',
      '{ profiles(first: 100) { nodes { reports(first: 100) { nodes { id } } } } }',
      'TOO_COMPLEX',
    ],
    ['a deep operation', `{ profiles { nodes { ${'manager { '.repeat(6)} id ${'} '.repeat(6)} } } }`, 'TOO_COMPLEX'],
    ['many aliases', `{ ${Array.from({ length: 600 }, (_, n) => `a${n}: __typename`).join(' ')} }`, 'TOO_COMPLEX'],
  ])('%s', async (_name, query, code) => {
    const before = taken();
    const { errors, statements } = await manager.graphql(query);
    expect(errors[0]?.extensions.code).toBe(code);
    expect(statements).toEqual([]);
    expect(taken()).toBe(before);
  });

  it('an anonymous operation', async () => {
    const before = here.recorded.length;
    const { errors, status } = await here.graphql('{ profiles { totalCount } }', {}, { 'x-tenant': acme.tenant.slug });
    expect([errors[0]!.extensions.code, status]).toEqual(['UNAUTHENTICATED', 401]);
    expect(here.recorded.slice(before).filter((text) => text.includes('profiles'))).toEqual([]);
  });

  it('a token with an invalid signature', async () => {
    const { errors, status } = await here.graphql(
      '{ profiles { totalCount } }',
      {},
      { authorization: 'Bearer abc.def.ghi' },
    );
    expect([errors[0]!.extensions.code, status]).toEqual(['UNAUTHENTICATED', 401]);
  });
});

describe('in production', async () => {
  const production = await ownWorld({ env: { NODE_ENV: 'production', PUBLIC_URL: 'https://chantier.example' } });
  afterAll(() => production[Symbol.asyncDispose]());
  const company = await production.company();
  const question = '{ __schema { queryType { name } } }';

  it('introspection needs graph:explore', async () => {
    const nobody = await production.graphql(question);
    expect(nobody.errors[0]!.extensions.code).toBe('FORBIDDEN');
    const member = await (await company.as('MEMBER')).graphql(question);
    expect(member.errors[0]!.extensions.code).toBe('FORBIDDEN');
    const admin = await (await company.as('ADMIN')).graphql(question);
    expect(admin.data.__schema.queryType.name).toBe('Query');
  });

  it('errors name no parts of the schema that the request did not name', async () => {
    const { errors } = await production.graphql('{ profilez { totalCount } }');
    expect(errors[0]!.message).toBe('Cannot query field "profilez" on type "Query".');
    const variables = { where: { firstNam: { eq: 'x' } } };
    const wrong = await production.graphql(
      'query ($where: ProfileFilter) { profiles(where: $where) { totalCount } }',
      variables,
    );
    expect(wrong.errors[0]!.message).not.toContain('Did you mean');
  });
});
