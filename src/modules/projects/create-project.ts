import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { insertRow } from '../../access/rows.ts';
import { requireVisible } from '../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError } from '../../lib/errors.ts';
import { dayField, externalReferenceField, nameField, textField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { clients } from '../clients/tables.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { takeCode } from '../settings/take-code.ts';
import { projectStatuses, projects, uniqueProjectFields } from './tables.ts';

export const codeField = z.string().trim().min(1).check(maxCharacters(60));

const input = z.object({
  name: nameField,
  clientId: uuidField,
  managerId: uuidField.nullish(),
  code: codeField.nullish(),
  description: textField.nullish(),
  startDate: dayField,
  expectedEndDate: dayField.nullish(),
  status: z
    .enum(projectStatuses)
    .nullish()
    .transform((status) => status ?? 'ACTIVE'),
  externalReference: externalReferenceField.nullish(),
});

/** Codes that were given by hand may stand in the way of numbered ones; this many in a row are stepped over. */
const codesTried = 100;

/**
 * Opens a project for a client. Needs project:write. Without a code it takes the next one of the company's format.
 * Throws ALREADY_EXISTS on the name, the code or the external reference, naming which.
 */
export async function createProject(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  const { code, ...given } = checkInput(input, raw);
  checkPeriod(given.startDate, given.expectedEndDate, 'input.expectedEndDate');
  requireVisible(tx, viewer, clients, given.clientId, 'Client', 'input.clientId');
  if (given.managerId) requireVisible(tx, viewer, profiles, given.managerId, 'Profile', 'input.managerId');
  const values = { ...given, code: code ?? (await takeFreeCode(tx, given.startDate)) };
  const id = uuidv7();
  insertRow(tx, projects, { id, ...values }, uniqueProjectFields);
  await recordEvent(tx, viewer, { action: 'project.created', resourceType: 'Project', resourceId: id, after: values });
  return { id };
}

export async function takeFreeCode(tx: TenantTx, day: string): Promise<string> {
  for (let tried = 0; tried < codesTried; tried++) {
    const code = await takeCode(tx, 'PROJECT', day);
    if ((await tx.$count(projects, eq(projects.code, code))) === 0) return code;
  }
  throw new AppError('CODE_EXHAUSTED', 'The next codes of the format are all taken: give one', { field: 'input.code' });
}
