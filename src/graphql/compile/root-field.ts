import { Declined, Unplanned } from '../../access/decline.ts';
import type { GroupsDeclaration } from '../declare/groups.ts';
import type { ListDeclaration, RowDeclaration } from '../declare/pages.ts';
import type { Compiling } from './compiling.ts';
import { listField } from './connection.ts';
import { groupsField } from './groups-field.ts';
import { quoted } from './json.ts';
import { nodeField, nodesField, rowField } from './node-field.ts';
import type { Output } from './output.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';

/** Whether a root field declares which rows it reads. Only such a field can be compiled. */
export function isDeclared(selected: Selected): boolean {
  const { chantierList, chantierNodes, chantierRow, chantierGroups } = selected.field.extensions;
  return isTypename(selected) || Boolean(chantierList ?? chantierNodes ?? chantierRow ?? chantierGroups);
}

/** A root field of a query, by its declaration. */
export function rootField(selected: Selected, compiling: Compiling): Output {
  const { chantierList, chantierNodes, chantierRow, chantierGroups } = selected.field.extensions;
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  const list = chantierList as ListDeclaration | undefined;
  try {
    if (list) return listField(selected, list, compiling);
    if (chantierGroups) return groupsField(selected, chantierGroups as GroupsDeclaration, compiling);
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
