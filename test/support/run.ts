import type { Member } from './world.ts';

/**
 * Runs a mutation with one input as a member; gives what was selected of the payload, or the extensions of the error.
 */
export async function run(member: Member, name: string, input: object, selection = 'lastEventId') {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await member.graphql(
    `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${selection} } }`,
    { input },
  );
  return errors[0]?.extensions ?? data.done;
}
