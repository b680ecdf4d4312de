import { isDeepStrictEqual } from 'node:util';
import { is, One, type Relation } from 'drizzle-orm';
import { type RowRule, rowRuleOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Row } from './row.ts';

/**
 * Whether the statement's own row rules already imply the rule of related rows. Two cases:
 * - Messages of a visible channel are visible, if a message's rule is its channel's rule.
 * - The project of a visible task is visible, if a task's rule is its project's rule.
 */
export function isImplied(relation: Relation, parent: Row, row: Row, viewer: Viewer): boolean {
  if (relation.throughTable) return false;
  const [parents, rows] = [rowRuleOf(parent.name, viewer), rowRuleOf(row.name, viewer)];
  const back = ruleAcross(rows);
  if (back && isDeepStrictEqual(back.rule, parents)) {
    const reverse = relationOf(row, back.name);
    if (reverse && is(reverse, One) && isReverse(reverse, relation)) return true;
  }
  const ahead = ruleAcross(parents);
  return (
    ahead !== undefined &&
    relationOf(parent, ahead.name) === relation &&
    isToKey(relation) &&
    isDeepStrictEqual(ahead.rule, rows)
  );
}

/** The relation and its rule, if a rule consists only of a rule for the row at the other end of one relation. */
function ruleAcross(rule: RowRule): { name: string; rule: object } | undefined {
  if (typeof rule === 'string') return undefined;
  const [[name, across] = [], ...others] = Object.entries(rule);
  return name && others.length === 0 && typeof across === 'object' && across ? { name, rule: across } : undefined;
}

const relationOf = (row: Row, name: string): Relation | undefined =>
  (row.config.relations as Record<string, Relation>)[name];

const namesOf = (columns: Relation['sourceColumns']): string => columns.map(({ name }) => name).join();

/** Whether one relation is the reverse of the other, over the same columns, and leads to a single row. */
function isReverse(back: Relation, relation: Relation): boolean {
  return (
    !back.throughTable &&
    !back.where &&
    back.targetTable === relation.sourceTable &&
    back.sourceTable === relation.targetTable &&
    namesOf(back.sourceColumns) === namesOf(relation.targetColumns) &&
    namesOf(back.targetColumns) === namesOf(relation.sourceColumns) &&
    isToKey(back)
  );
}

/** Whether it leads to a single row by its key: then "some related row matches" means that this row matches. */
const isToKey = ({ targetColumns }: Relation): boolean => targetColumns.length === 1 && targetColumns[0]!.name === 'id';
