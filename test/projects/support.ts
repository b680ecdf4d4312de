import type { Member } from '../support/world.ts';

type Fields = Record<string, unknown>;

/** Runs a create mutation as a member; gives the global id of what was made. */
async function make(member: Member, type: string, input: Fields): Promise<string> {
  const field = type[0]!.toLowerCase() + type.slice(1);
  const { created } = await member.ok(
    `mutation ($input: Create${type}Input!) { created: create${type}(input: $input) { ${field} { id } } }`,
    { input },
  );
  return created[field].id;
}

let made = 0;

export const createClient = (member: Member, input: Fields = {}): Promise<string> =>
  make(member, 'Client', { name: 'Initech', ...input });

/** A project; of a client of its own unless one is given. */
export async function createProject(member: Member, input: Fields = {}): Promise<string> {
  const clientId = input.clientId ?? (await createClient(member));
  return make(member, 'Project', { name: `Project ${++made}`, startDate: '2026-01-01', ...input, clientId });
}

export const createPart = (
  member: Member,
  type: 'ProjectPhase' | 'ProjectAssignment' | 'Deliverable' | 'Incident',
  input: Fields,
): Promise<string> => make(member, type, input);

/** A person without an account. */
export const createProfile = (member: Member, input: Fields = {}): Promise<string> =>
  make(member, 'Profile', { firstName: 'Somebody', ...input });
