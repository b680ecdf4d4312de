import { type RowRule, rowRuleOf } from '../../../access/row-rules.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { badInput } from '../../../lib/errors.ts';
import { type TypeOfRows, typesIn, typesOfRows } from '../row-types.ts';
import { recordedWith } from './recorded-with.ts';
import { type RuleReach, reachOf } from './rule-reach.ts';

/** A type whose changes the viewer can follow. */
export interface ChangedType extends TypeOfRows {
  rule: Exclude<RowRule, 'none'>;
  /** The tables and columns that decide which rows the viewer sees. */
  reach: RuleReach;
}

/** The types that the viewer can follow: those of which it may see rows; all of them, or those named. */
export function changedTypes(viewer: Viewer, names: readonly string[] | null | undefined): ChangedType[] {
  for (const name of names ?? []) requireKnown(name);
  return followable(typesIn(viewer.modules)).flatMap((type) => {
    const { typename, table } = type;
    if (names && !names.includes(typename)) return [];
    const rule = rowRuleOf(table, viewer);
    return rule === 'none' ? [] : [{ ...type, rule, reach: reachOf(table, rule) }];
  });
}

const followable = (types: readonly TypeOfRows[]): TypeOfRows[] =>
  types.filter(({ typename }) => !recordedWith().has(typename));

function requireKnown(name: string): void {
  const known = followable(typesOfRows()).map(({ typename }) => typename);
  if (!known.includes(name)) throw badInput(`there is no type ${name}; choose from ${known.join(', ')}`, 'types');
}
