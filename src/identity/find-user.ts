import { eq, sql } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { users } from './tables.ts';

export type User = typeof users.$inferSelect;

/** Ignores the case of the address; undefined when nobody has it. */
export async function findUserByEmail(db: CatalogDb, email: string): Promise<User | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()));
  return user;
}

export async function findUser(db: CatalogDb, id: string): Promise<User | undefined> {
  const [user] = await db.select().from(users).where(eq(users.id, id));
  return user;
}
