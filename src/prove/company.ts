import type { Role } from '../identity/roles.ts';
import type { SignedIn } from '../identity/sessions.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Marks } from './mark.ts';
import type { SampleSource } from './sample-input.ts';
import { mailDomain, runOf } from './scratch-names.ts';
import type { TenantRows } from './tenant-rows.ts';

export type Headers = Readonly<Record<string, string>>;

/** Somebody of a scratch organization, signed in. */
export interface ScratchMember {
  viewer: Viewer;
  session: SignedIn;
  headers: Headers;
}

/** One of the two organizations of a proof. */
export interface ScratchCompany {
  tenant: Tenant;
  /** Stands in every text of its rows. */
  marker: string;
  /** Stands in what its CLIENT and its MEMBER must not see. */
  hiddenMarker: string;
  members: ReadonlyMap<Role, ScratchMember>;
  /** Who belongs to both organizations, in this one. */
  agent: ScratchMember;
  apiKey: Headers;
  rows: TenantRows;
  /** What the graph itself showed of it: global ids by type. */
  ids: Map<string, string[]>;
  /** Every id that only it knows, and other secrets: none may show in an answer to the other organization. */
  secrets: Set<string>;
  marks: Marks;
}

export function memberOf({ members }: ScratchCompany, role: Role): ScratchMember {
  const member = members.get(role);
  if (!member) throw new Error(`a scratch organization has no ${role}`);
  return member;
}

/** What samples of inputs are made of: texts that say whose they are, and ids of one's own. */
export const sampleSource = (company: ScratchCompany): SampleSource => ({
  idOf: idsInTurn(company),
  text: `${company.tenant.slug} sample`,
  email: `sample@${mailDomain(runOf(company.tenant.slug)!)}`,
});

/** Gives the organization's ids of a type in turn; one that nothing has where there is none. */
function idsInTurn({ ids }: ScratchCompany): (typename: string) => string {
  const turns = new Map<string, number>();
  return (typename) => {
    const known = ids.get(typename) ?? [];
    const turn = turns.get(typename) ?? 0;
    turns.set(typename, turn + 1);
    return known[turn % known.length] ?? `${typename}:00000000-0000-4000-8000-000000000000`;
  };
}
