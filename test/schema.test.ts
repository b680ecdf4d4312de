import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printGraph } from '../src/graphql/declare/print-graph.ts';
import { schema } from '../src/schema.ts';
import { root } from './support/sources.ts';

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

describe('the graph', () => {
  it('equals schema.graphql', () => {
    const committed = readFileSync(path.join(root, 'schema.graphql'), 'utf8');
    expect(printGraph(schema) === committed, 'run: npx chantier schema print --out schema.graphql').toBe(true);
  });

  it('describes every type, field, argument and enum value', () => {
    const bare: string[] = [];
    const note = (name: string, description: string | null | undefined) => description?.trim() || bare.push(name);
    for (const type of types) {
      note(type.name, type.description);
      if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value.description);
      if (isInputObjectType(type))
        for (const f of Object.values(type.getFields())) note(`${type.name}.${f.name}`, f.description);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        note(`${type.name}.${field.name}`, field.description);
        for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg.description);
      }
    }
    expect(bare.filter((name) => name !== 'String' && !/^(Int|Float|Boolean|ID)$/.test(name))).toEqual([]);
  });

  it('names mutations verbNoun(input: VerbNounInput!): VerbNounPayload!', () => {
    const odd = Object.values(schema.getMutationType()!.getFields()).filter(({ name, args, type }) => {
      const title = name[0]!.toUpperCase() + name.slice(1);
      const [input] = args;
      return (
        String(type) !== `${title}Payload!` ||
        (args.length > 0 && String(input!.type) !== `${title}Input!`) ||
        args.length > 1
      );
    });
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  it('has the cursor of the change in every payload of a tenant’s mutation', () => {
    const catalogOnly = new Set(['SignIn', 'SignUp', 'SignOut']);
    const without = Object.values(schema.getMutationType()!.getFields())
      .map(({ type }) => getNamedType(type))
      .filter(
        (type) =>
          isObjectType(type) && !type.getFields().lastEventId && !catalogOnly.has(type.name.replace('Payload', '')),
      );
    expect(without.map((type) => type.name).filter((name) => !identityPayloads.test(name))).toEqual([]);
  });

  it('has connections with a count for all lists', () => {
    const odd = types
      .filter((type) => isObjectType(type) && type.name.endsWith('Connection'))
      .filter((type) => isObjectType(type) && !(type.getFields().totalCount && type.getFields().pageInfo));
    expect(odd.map((type) => type.name)).toEqual([]);
  });
});

/** Changes of accounts and memberships live in the catalog, which has an audit log instead. */
const identityPayloads =
  /(Session|Password|Member|Membership|Invitation|JoinCode|Organization|ApiKey|Identity|Email|Permission|Module|User|SignIn|SignUp|SignOut|Account|ClientVersion|RegisterDocuments)\w*Payload$/;
