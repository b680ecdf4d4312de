import { badInput } from '../../lib/errors.ts';

/** A change of the objects that a task is linked to: all of them, or some that are added and removed. */
export interface LinksInput {
  all?: readonly string[] | null | undefined;
  add?: readonly string[] | null | undefined;
  remove?: readonly string[] | null | undefined;
}

/** Throws BAD_INPUT, naming the argument `field`, if all links are given together with some to add or remove. */
export function checkLinks({ all, add, remove }: LinksInput, field: string): void {
  if (all && (add || remove)) throw badInput('cannot be combined with what to add or remove', field);
}

/** The ids that a change adds to the present ones and removes from them; what is in both lists is removed. */
export function changeLinks(
  present: ReadonlySet<string>,
  { all, add, remove }: LinksInput,
): { added: string[]; removed: string[] } {
  const unwanted = new Set(remove);
  const wanted = new Set((all ?? add ?? []).filter((id) => !unwanted.has(id)));
  const stays = (id: string) => (all ? wanted.has(id) : !unwanted.has(id));
  return {
    added: [...wanted].filter((id) => !present.has(id)),
    removed: [...present].filter((id) => !stays(id)),
  };
}
