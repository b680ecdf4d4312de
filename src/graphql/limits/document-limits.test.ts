import { describe, expect, it } from 'vitest';
import { checkDocument, checkVariables, type DocumentLimits } from './document-limits.ts';

const limits: DocumentLimits = { tokens: 45, definitions: 2, selections: 3, values: 2 };
const tooComplex = expect.objectContaining({ code: 'TOO_COMPLEX' });
const refused = (text: string) => expect(() => checkDocument(text, limits)).toThrow(tooComplex);

describe('a document', () => {
  it('within the limits passes', () => {
    checkDocument('query ($w: [[W!]!]) { a(w: { or: [$w] }) { b { c } } } fragment F on A { b }', limits);
    checkDocument('{ a(text: "{{{{{{{{ # no nesting") }', limits);
  });

  it.each([
    ['many words', `{ ${'a '.repeat(50)} }`],
    ['many definitions', '{ a } fragment F on A { b } fragment G on A { b }'],
    ['deep selections', '{ a { b { c { d } } } }'],
    ['deep objects', '{ a(where: { not: { not: { not: {} } } }) }'],
    ['deep lists', '{ a(where: [[[1]]]) }'],
    ['brackets that never close', `{ a(where: ${'['.repeat(10)}`],
  ])('of %s is refused', (_name, text) => refused(text));

  it('with an invalid token is rejected with the error of graphql-js', () => {
    expect(() => checkDocument('{ a ` }', limits)).toThrow('Syntax Error');
  });
});

describe('variables', () => {
  it('within the limits pass', () => checkVariables({ where: { in: [1, 2] } }, { ...limits, values: 3 }));

  it('that are nested very deeply are rejected without overflowing the stack', () => {
    const deep = JSON.parse(`${'{"not":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
    expect(() => checkVariables({ deep }, limits)).toThrow(tooComplex);
  });
});
