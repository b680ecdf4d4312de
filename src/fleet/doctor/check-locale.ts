import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

interface Locale {
  encoding: string;
  /** `c`: the system's library, `i`: ICU, `b`: PostgreSQL itself. */
  provider: string;
  ctype: string;
  /** Versions of the collation of names: the one that its indexes were built with, and that of the server's ICU now. */
  indexed: string | null;
  installed: string | null;
}

const locale = `select pg_encoding_to_char(d.encoding)::text as encoding, d.datlocprovider::text as provider, d.datctype::text as ctype,
    c.collversion as indexed, pg_collation_actual_version(c.oid) as installed
  from pg_database d left join pg_collation c on c.collname = 'und-x-icu' and c.collnamespace = 'pg_catalog'::regnamespace
  where d.datname = current_database()`;

/** Checks the settings that text depends on: encoding, upper and lower case, and the sorting of names. */
export async function checkLocale({ name, admin }: Pick<DatabaseVisit, 'name' | 'admin'>): Promise<Finding[]> {
  const found = new Findings('locale', name);
  const [row] = await admin.run<Locale>(locale);
  const { encoding, provider, ctype, indexed, installed } = row!;
  if (encoding !== 'UTF8') found.problem('encoding', `is ${encoding}: the database must be created with UTF8`);
  if (provider === 'c' && ['C', 'POSIX'].includes(ctype)) {
    found.warning(
      'lc_ctype',
      `is ${ctype}: filters (\`contains\`, \`startsWith\`) ignore the case of ASCII letters only; move the organizations to a database created with LC_CTYPE 'C.UTF-8'`,
    );
  }
  if (indexed !== installed) {
    found.problem(
      'und-x-icu',
      `was ${indexed} when names were indexed and is ${installed} now: run \`REINDEX DATABASE\`, then \`ALTER COLLATION pg_catalog."und-x-icu" REFRESH VERSION\``,
    );
  }
  return found.all;
}
