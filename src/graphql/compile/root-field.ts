import { Declined, Unplanned } from '../../access/decline.ts';
import type { AggregateDeclaration } from '../declare/aggregate/define-aggregate.ts';
import type { ListDeclaration, RowDeclaration } from '../declare/pages.ts';
import { aggregateField } from './aggregate-field.ts';
import type { Compiling } from './compiling.ts';
import { listField } from './connection.ts';
import { quoted } from './json.ts';
import { nodeField, nodesField, rowField } from './node-field.ts';
import type { Output } from './output.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';

/** Whether a root field declares which rows it reads. Only such a field can be compiled. */
export function isDeclared(selected: Selected): boolean {
  const { chantierList, chantierNodes, chantierRow, chantierAggregate } = selected.field.extensions;
  return isTypename(selected) || Boolean(chantierList ?? chantierNodes ?? chantierRow ?? chantierAggregate);
}

/** A root field of a query, by its declaration. */
export function rootField(selected: Selected, compiling: Compiling): Output {
  const { chantierList, chantierNodes, chantierRow, chantierAggregate } = selected.field.extensions;
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  const list = chantierList as ListDeclaration | undefined;
  try {
    if (list) return listField(selected, list, compiling);
    if (chantierAggregate) return aggregateField(selected, chantierAggregate as AggregateDeclaration, compiling);
    if (chantierRow) return rowField(selected, chantierRow as RowDeclaration, compiling);
    if (chantierNodes === 'one') return nodeField(selected, compiling);
    if (chantierNodes === 'many') return nodesField(selected, compiling);
  } catch (error) {
    if (error instanceof Declined && !(error instanceof Unplanned) && !error.reason.field) {
      throw new Declined(error.reason.why, coordinateOf(selected));
    }
    throw error;
  }
  throw new Declined('is resolved by code', coordinateOf(selected));
}
