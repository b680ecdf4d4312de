import { z } from 'zod';
import { isUniqueViolation } from '../db/pg-errors.ts';
import { maxCharacters } from '../lib/characters.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { type AuditActor, type By, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity, Origin } from './identity.ts';
import { email, newPassword, personName } from './inputs.ts';
import type { Person } from './profile-gateway.ts';
import { users } from './tables.ts';

export const createUserInput = z
  .object({
    email,
    /** Without one the user signs in through an external issuer, or sets a password through a password reset. */
    password: newPassword.optional(),
    firstName: personName,
    lastName: personName,
    locale: z.string().check(maxCharacters(35)).optional(),
  })
  .refine(({ email, password }) => password?.toLowerCase() !== email, {
    path: ['password'],
    message: 'The password must not be the e-mail address',
  });

/** A user to create. The caller has verified the address, or vouches for it. */
export interface NewUser {
  email: string;
  firstName: string;
  lastName: string;
  locale?: string | undefined;
  passwordHash: string | null;
}

/**
 * Creates a user who belongs to no organization yet. The address counts as proven: the operator vouches for it. Throws
 * BAD_INPUT, and ALREADY_EXISTS for an address in use.
 */
export async function createUser(
  identity: Identity,
  input: z.input<typeof createUserInput>,
  origin: Origin = {},
  actor: AuditActor = { kind: 'SYSTEM' },
): Promise<Person> {
  const { password, ...person } = checkInput(createUserInput, input);
  const passwordHash = password === undefined ? null : await identity.passwords.hash(password);
  return await insertUser(identity, { ...person, passwordHash }, { ...origin, actor });
}

/** The same with a hashed password. `claim` uses up the proof of the address in the same transaction. */
export async function insertUser(
  { catalog, clock }: Identity,
  user: NewUser,
  by: By,
  claim?: (tx: CatalogTx) => Promise<void>,
): Promise<Person> {
  const id = uuidv7();
  try {
    await catalog.write(async (tx) => {
      await claim?.(tx);
      await tx.insert(users).values({ ...user, id, emailVerifiedAt: clock() });
      await recordAudit(tx, { ...by, action: 'user.created', resource: { type: 'User', id } });
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'users_email_key')) throw error;
    throw new AppError('ALREADY_EXISTS', 'An account with this address already exists: sign in', {
      field: 'input.email',
    });
  }
  const { email, firstName, lastName } = user;
  return { userId: id, email, firstName, lastName };
}
