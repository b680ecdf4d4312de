import type { Member } from '../support/world.ts';

export const createEntry = `mutation ($input: CreateTimeEntryInput!) {
  createTimeEntry(input: $input) {
    timeEntry { id hours workDate status billable version profile { id } project { id } task { id } }
    lastEventId
  }
}`;

/** Records time as a member; gives the global id of the entry. */
export async function recordTime(member: Member, input: Record<string, unknown>): Promise<string> {
  const { createTimeEntry } = await member.ok(createEntry, { input: { workDate: '2026-03-10', hours: '1', ...input } });
  return createTimeEntry.timeEntry.id;
}

/** Runs `verb(input)` as a member; gives the entry's fields that tests look at, or the error's code and field. */
export async function change(member: Member, verb: string, input: Record<string, unknown>) {
  const type = `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;
  const selection = verb === 'deleteTimeEntry' ? 'deletedId' : verb === 'updateTimeEntry' ? 'timeEntry' : 'timeEntries';
  const fields =
    selection === 'deletedId' ? '' : '{ id hours workDate status version task { id } reviewer { id } reviewNote }';
  const { data, errors } = await member.graphql(
    `mutation ($input: ${type}!) { changed: ${verb}(input: $input) { ${selection} ${fields} } }`,
    { input },
  );
  const refused = errors[0]?.extensions;
  return refused ? { code: refused.code, field: refused.field } : data.changed[selection];
}
