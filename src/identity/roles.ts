/** The roles of members. A role belongs to a membership, never to a token or a user. */
export const roles = ['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'] as const;
export type Role = (typeof roles)[number];

/** The roles that a join code may give: codes get passed on, so they never create administrators. */
export const joinCodeRoles = ['MANAGER', 'MEMBER'] as const satisfies readonly Role[];
