import SchemaBuilder, {
  type SchemaTypes as AnySchemaTypes,
  BasePlugin,
  type PothosInputFieldType,
  type PothosOutputFieldConfig,
} from '@pothos/core';
import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { withRequestOperands } from './relative-operands.ts';

export const relativeOperandsPluginName = 'chantierRelativeOperands' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends AnySchemaTypes> {
      chantierRelativeOperands: RelativeOperandsPlugin<Types>;
    }
  }
}

/** Gives resolvers the arguments with the values of the request; compiled plans do the same in `valuesAt`. */
export class RelativeOperandsPlugin<Types extends AnySchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { parentType, name, args } = config;
    if (!Object.values(args).some(({ type }) => isInput(type))) return config;
    const mapper = (given: object, ctx: object, { schema }: Pick<GraphQLResolveInfo, 'schema'>) => {
      const field = (schema.getType(parentType) as GraphQLObjectType).getFields()[name]!;
      return withRequestOperands(field, given, ctx as Context) as Record<string, unknown>;
    };
    return { ...config, argMappers: [...config.argMappers, mapper] };
  }
}

function isInput<Types extends AnySchemaTypes>(type: PothosInputFieldType<Types>): boolean {
  return type.kind === 'List' ? isInput(type.type) : type.kind === 'InputObject';
}

SchemaBuilder.registerPlugin(relativeOperandsPluginName, RelativeOperandsPlugin);
