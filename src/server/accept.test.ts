import { expect, it } from 'vitest';
import { acceptedType } from './accept.ts';

const json = 'application/json';
const graph = 'application/graphql-response+json';

it.each([
  [null, json],
  ['', json],
  ['*/*', json],
  ['application/*', json],
  [json, json],
  [graph, graph],
  [`${graph}, ${json};q=0.9`, graph],
  [`${json};q=0.9, ${graph}`, graph],
  [`${json}, ${graph}`, json],
  [`${json}; charset=utf-8`, json],
  ['APPLICATION/JSON; Q=0.5', json],
  ['text/html, */*;q=0.8', json],
  [
    `application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed`,
    graph,
  ],
  ['text/event-stream', 'stream'],
  ['application/xml', undefined],
  ['text/html', undefined],
  [`${json};q=0`, undefined],
  [`${json}; charset=iso-8859-1`, undefined],
  [`${json};q=much`, undefined],
  ['json', undefined],
  [',;=', undefined],
])('accepting "%s" gets %s', (header, type) => {
  expect(acceptedType(header)).toBe(type);
});
