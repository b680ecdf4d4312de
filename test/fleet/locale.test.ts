import { describe, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { checkLocale } from '../../src/fleet/doctor/check-locale.ts';
import { createDatabase } from '../support/database.ts';

async function findingsIn(locale: string) {
  await using database = await createDatabase(locale);
  await using admin = new Admin({ url: database.url });
  return (await checkLocale({ name: 'here', admin })).map(({ severity, subject }) => `${severity} ${subject}`);
}

describe('the doctor', () => {
  it('warns of a database in which only ASCII letters have an upper case', async () => {
    expect(await findingsIn(`LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`)).toEqual(['WARNING lc_ctype']);
  });

  it('finds nothing in a database that knows all letters', async () => {
    expect(await findingsIn(`LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`)).toEqual([]);
    expect(await findingsIn('')).toEqual([]);
  });

  it('rejects other encodings', async () => {
    const latin = `ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`;
    expect(await findingsIn(latin)).toContain('PROBLEM encoding');
  });
});
