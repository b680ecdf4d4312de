import { type DocumentNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * The parts of the graph that a valid document names, as schema coordinates: `Task.dueDate`, `Query.tasks(first:)`,
 * `TaskFilter.dueDate`, `TaskStatus.DONE`, `Task`.
 */
export function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const fieldOf = () => {
    const [parent, field] = [types.getParentType(), types.getFieldDef()];
    return parent && field && !field.name.startsWith('__') ? `${parent.name}.${field.name}` : undefined;
  };
  const add = (coordinate: string | null | undefined) => {
    if (coordinate) found.add(coordinate);
  };
  const enter = {
    [Kind.FIELD]: () => add(fieldOf()),
    [Kind.ARGUMENT]: ({ name }: { name: { value: string } }) => {
      const field = types.getDirective() ? undefined : fieldOf();
      add(field && `${field}(${name.value}:)`);
    },
    [Kind.OBJECT_FIELD]: ({ name }: { name: { value: string } }) => {
      const parent = types.getParentInputType();
      add(parent && 'name' in parent ? `${parent.name}.${name.value}` : undefined);
    },
    [Kind.NAMED_TYPE]: ({ name }: { name: { value: string } }) => add(name.value),
    [Kind.ENUM]: ({ value }: { value: string }) => {
      const type = types.getInputType();
      const name = type && String(type).replaceAll(/[[\]!]/g, '');
      add(name && `${name}.${value}`);
    },
  };
  const visitor = Object.fromEntries(Object.entries(enter).map(([kind, act]) => [kind, { enter: act }]));
  visit(document, visitWithTypeInfo(types, visitor));
  return [...found].toSorted();
}
