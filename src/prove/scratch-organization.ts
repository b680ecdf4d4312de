import type { Role } from '../identity/roles.ts';
import type { SignedIn } from '../identity/sessions.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Marks } from './mark.ts';
import type { SampleSource } from './sample-input.ts';
import { mailDomain, runOf } from './scratch-names.ts';
import type { TenantRows } from './tenant-rows.ts';

export type Headers = Readonly<Record<string, string>>;

/** A signed-in member of a scratch organization. */
export interface ScratchMember {
  viewer: Viewer;
  session: SignedIn;
  headers: Headers;
}

/** One of the two organizations of a proof. */
export interface ScratchOrganization {
  tenant: Tenant;
  /** Contained in every text of its rows. */
  marker: string;
  /** Contained in the rows that its CLIENT must not see. */
  hiddenMarker: string;
  members: ReadonlyMap<Role, ScratchMember>;
  /** The member of both organizations, signed in to this one. */
  agent: ScratchMember;
  apiKey: Headers;
  rows: TenantRows;
  /** The global ids that the graph shows to its owner, by type. */
  ids: Map<string, string[]>;
  /** Ids and other values that only this organization has: none may appear in an answer to the other one. */
  secrets: Set<string>;
  marks: Marks;
}

export function memberOf({ members }: ScratchOrganization, role: Role): ScratchMember {
  const member = members.get(role);
  if (!member) throw new Error(`a scratch organization has no ${role}`);
  return member;
}

/** Values for sample inputs: texts that name the organization, and its own ids. */
export const sampleSource = (organization: ScratchOrganization): SampleSource => ({
  idOf: idsInTurn(organization),
  text: `${organization.tenant.slug} sample`,
  email: `sample@${mailDomain(runOf(organization.tenant.slug)!)}`,
});

/** Returns the organization's ids of a type in turn; an unused id if it has none. */
function idsInTurn({ ids }: ScratchOrganization): (typename: string) => string {
  const turns = new Map<string, number>();
  return (typename) => {
    const known = ids.get(typename) ?? [];
    const turn = turns.get(typename) ?? 0;
    turns.set(typename, turn + 1);
    return known[turn % known.length] ?? `${typename}:00000000-0000-4000-8000-000000000000`;
  };
}
