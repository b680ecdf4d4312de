import { z } from 'zod';
import { isUniqueViolation } from '../db/pg-errors.ts';
import { maxCharacters } from '../lib/characters.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { type AuditActor, recordAudit } from '../tenancy/audit.ts';
import type { Identity, Origin } from './identity.ts';
import { email, newPassword, personName } from './inputs.ts';
import type { Person } from './profile-gateway.ts';
import { users } from './tables.ts';

export const createUserInput = z
  .object({
    email,
    /** Without one the user signs in by an external issuer, or sets a password by the mail of a reset. */
    password: newPassword.optional(),
    firstName: personName,
    lastName: personName,
    locale: z.string().check(maxCharacters(35)).optional(),
  })
  .refine(({ email, password }) => password?.toLowerCase() !== email, {
    path: ['password'],
    message: 'The address is not a password',
  });

/** Makes a user who belongs to no organization yet. Throws BAD_INPUT, and ALREADY_EXISTS for an address in use. */
export async function createUser(
  identity: Identity,
  input: z.input<typeof createUserInput>,
  origin: Origin = {},
  actor: AuditActor = { kind: 'SYSTEM' },
): Promise<Person> {
  const { password, ...person } = checkInput(createUserInput, input);
  const passwordHash = password === undefined ? null : await identity.passwords.hash(password);
  const id = uuidv7();
  try {
    await identity.catalog.write(async (tx) => {
      await tx.insert(users).values({ ...person, id, passwordHash });
      await recordAudit(tx, { ...origin, actor, action: 'user.created', resource: { type: 'User', id } });
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'users_email_key')) throw error;
    throw new AppError('ALREADY_EXISTS', 'There is an account with this address: sign in', { field: 'input.email' });
  }
  const { email, firstName, lastName } = person;
  return { userId: id, email, firstName, lastName };
}
