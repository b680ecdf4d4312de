/** What a person is in one organization. The membership decides, never a token or a global flag. */
export const roles = ['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'] as const;
export type Role = (typeof roles)[number];

/** The roles that a join code may give: codes get passed around, so they never make administrators. */
export const joinCodeRoles = ['MANAGER', 'MEMBER'] as const satisfies readonly Role[];
