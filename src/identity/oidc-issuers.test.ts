import { expect, it } from 'vitest';
import { problemOfIssuers } from './oidc-issuers.ts';

const issuer = { issuer: 'https://login.example', audience: 'chantier', algorithms: ['RS256'] };

it.each([
  [[], undefined],
  [[issuer, { ...issuer, jwksUri: 'https://login.example/keys', types: ['at+jwt'], maxTokenAge: 3600 }], undefined],
  [undefined, 'it must be a list'],
  [{}, 'it must be a list'],
  [['https://login.example'], '0.issuer: must be an object'],
  [[issuer, { ...issuer, issuer: 'login' }], '1.issuer: must be a URL'],
  [[{ ...issuer, jwksUri: 7 }], '0.jwksUri: must be a URL'],
  [[{ ...issuer, audience: undefined }], '0.audience: is missing'],
  [[{ ...issuer, audience: '' }], '0.audience: must be a text'],
  [[{ ...issuer, algorithms: [] }], '0.algorithms: must be a list with at least one item'],
  [[{ ...issuer, algorithms: ['RS256', 'none'] }], expect.stringMatching(/^0\.algorithms\.1: must be one of RS256, /)],
  [[{ ...issuer, types: 'at+jwt' }], '0.types: must be a list with at least one item'],
  [[{ ...issuer, maxTokenAge: 59 }], '0.maxTokenAge: must be a whole number of seconds from 60 to 2592000'],
  [[{ ...issuer, toString: 1 }], '0.toString: is no setting of an issuer'],
])('the problem of %j is %s', (list, problem) => {
  expect(problemOfIssuers(list)).toEqual(problem);
});
