import { eq } from 'drizzle-orm';
import { users } from '../../src/identity/tables.ts';
import { type Member, testPasswords } from './world.ts';

export const memberPassword = 'a long enough password';

/** Lets a member sign in with `memberPassword`. */
export async function withPassword(member: Member): Promise<Member> {
  const passwordHash = await testPasswords().hash(memberPassword);
  const { catalog } = member.company.world.app;
  await catalog.write((tx) => tx.update(users).set({ passwordHash }).where(eq(users.id, member.user.id)));
  return member;
}
