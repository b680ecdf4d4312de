interface Rule {
  name: string;
  breaks(sql: string): boolean;
}

const volatile = /\b(random|gen_random_uuid|uuidv7|uuidv4|clock_timestamp|timeofday|nextval|setval)\s*\(/i;
const stable = /\b(now|current_timestamp|localtimestamp|transaction_timestamp|statement_timestamp)\b/i;
const ddl = /\b(create|alter|drop)\s+(table|index|unique|schema|type|sequence|function|trigger|view)\b/i;

const onConflictSet = (sql: string): string =>
  /\bon\s+conflict\b.*?\bdo\s+update\s+set\b(.*?)(\breturning\b|$)/is.exec(sql)?.[1] ?? '';
const updateSet = (sql: string): string =>
  /(?:^|\()\s*update\b.*?\bset\b(.*?)(\bwhere\b|\breturning\b|$)/is.exec(sql)?.[1] ?? '';
/** What a statement says outside of its texts and comments; identifiers keep their quotes. */
const bare = (sql: string): string => sql.replace(/--[^\n]*|\/\*.*?\*\//gs, '').replace(/'(?:[^']|'')*'/g, "''");
const statements = (sql: string): string[] => sql.split(';').filter((part) => part.trim());

/** What keeps the same SQL running on schema-based sharding, see docs/architecture.md. */
const rules: Rule[] = [
  { name: 'one DDL statement per message', breaks: (sql) => ddl.test(sql) && statements(sql).length > 1 },
  {
    name: 'no DDL inside DO or a function',
    breaks: (sql) => /^\s*(do\b|create\s+(or\s+replace\s+)?function)/i.test(sql) && ddl.test(sql.slice(10)),
  },
  { name: 'no serial columns', breaks: (sql) => ddl.test(sql) && /\b(small|big)?serial\b/i.test(sql) },
  { name: 'no foreign key out of the schema', breaks: (sql) => /\breferences\s+"?\w+"?\s*\.\s*"?\w+"?/i.test(sql) },
  { name: 'no enum types', breaks: (sql) => /\bcreate\s+type\b.*\benum\b/is.test(sql) },
  { name: 'no CHECK inline with ADD COLUMN', breaks: (sql) => /\badd\s+column\b.*\bcheck\s*\(/is.test(sql) },
  {
    name: 'ADD CONSTRAINT alone',
    breaks: (sql) =>
      /\balter\s+table\b.*\badd\s+constraint\b/is.test(sql) &&
      /,\s*(add|drop|alter)\s+(column|constraint)\b/i.test(sql),
  },
  { name: 'no RENAME CONSTRAINT', breaks: (sql) => /\brename\s+constraint\b/i.test(sql) },
  { name: 'no row level security', breaks: (sql) => /\bcreate\s+policy\b/i.test(sql) },
  {
    name: 'no range types',
    breaks: (sql) => ddl.test(sql) && /\b(int4|int8|num|ts|tstz|date)(multi)?range\b/i.test(sql),
  },
  { name: 'no identity added later', breaks: (sql) => /\balter\s+(table|column)\b.*\badd\s+generated\b/is.test(sql) },
  {
    name: 'ON CONFLICT sets from excluded and parameters',
    breaks: (sql) => volatile.test(onConflictSet(sql)) || stable.test(onConflictSet(sql)),
  },
  { name: 'no volatile function in UPDATE SET', breaks: (sql) => volatile.test(updateSet(sql)) },
  {
    name: 'no subquery inside VALUES',
    breaks: (sql) => /(?:^|\()\s*insert\b.*\bvalues\s*\([^()]*\(\s*select\b/is.test(sql),
  },
  { name: 'no MERGE', breaks: (sql) => /^\s*merge\s+into\b/i.test(sql) },
  // The columns of a subquery under EXISTS are never read; drizzle writes filters across relations that way
  { name: 'no select *', breaks: (sql) => /(?<!\bexists\s*\(\s*)\bselect\s+\*/i.test(sql) },
  {
    name: 'notify and advisory locks in statements without FROM',
    breaks: (sql) => /\b(pg_notify|pg_(try_)?advisory_\w+)\s*\(/i.test(sql) && /\bfrom\b/i.test(sql),
  },
  {
    name: 'no trigger that notifies or asks for its table',
    breaks: (sql) => /\bcreate\s+(or\s+replace\s+)?function\b/i.test(sql) && /\bnotify\b|\btg_table_name\b/i.test(sql),
  },
];

/** The rules that a statement breaks; none when it runs on a sharded database as it does on a single one. */
export function citusBreaches(sql: string): string[] {
  const text = bare(sql);
  return rules.filter((rule) => rule.breaks(text)).map((rule) => `${rule.name}: ${sql.slice(0, 300)}`);
}
