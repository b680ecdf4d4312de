import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from '../../root-fields.ts';
import type { GroupExtensions } from './group-values.ts';
import { count, type Measure } from './measures.ts';

/** The measures that the document selects on the groups, for the executor. */
export function measuresIn(
  info: GraphQLResolveInfo,
  measureOf: (name: string, field: string) => Measure,
): readonly Measure[] {
  const type = getNamedType(info.returnType) as GraphQLObjectType;
  const found = new Map<string, Measure>([[count.id, count]]);
  const visited = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (!isIncluded(node, info.variableValues)) continue;
      if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet);
      else if (node.kind === Kind.FRAGMENT_SPREAD) {
        const { value } = node.name;
        if (!visited.has(value)) visit(fragmentOf(info, value));
        visited.add(value);
      } else {
        const field = type.getFields()[node.name.value];
        const shown = (field?.extensions as unknown as Partial<GroupExtensions> | undefined)?.chantierGroup;
        if (!field || shown?.kind !== 'value' || !shown.measure) continue;
        const measure = measureOf(shown.measure, String(getArgumentValues(field, node, info.variableValues).of));
        found.set(measure.id, measure);
      }
    }
  };
  for (const { selectionSet } of info.fieldNodes) if (selectionSet) visit(selectionSet);
  return [...found.values()];
}

const fragmentOf = ({ fragments }: GraphQLResolveInfo, name: string): SelectionSetNode => fragments[name]!.selectionSet;
