/**
 * The parts of a schema that are compared, aspect by aspect. Each text selects rows (schema, name, definition) for the
 * schemas $1 with the roles $2. The names of the schema and of its role are removed from definitions, so that equal
 * schemas have equal rows. One query covers many schemas, because each query reads the whole system catalog.
 */
const place = `place as materialized (
  select n.oid, n.nspname::text as schema, quote_ident(n.nspname) || '.' as prefix, r.oid as role, n.nspowner, n.nspacl
  from unnest($1::text[], $2::text[]) as wanted (schema_name, role_name)
  join pg_namespace n on n.nspname = wanted.schema_name
  left join pg_roles r on r.rolname = wanted.role_name)`;

/** A role's name, with the tenant's role under the same name in every schema. */
const named = (oid: string): string =>
  `case when ${oid} = 0 then 'PUBLIC' when ${oid} = place.role then 'the tenant''s role' else pg_get_userbyid(${oid})::text end`;

/** The privileges of everyone but the owner, in an order that does not depend on when they were granted. */
const rights = (acl: string, owner: string): string =>
  `(select string_agg(concat(grantee, ' ', privilege, grantable), ', ' order by grantee collate "C", privilege collate "C") from (
    select ${named('acl.grantee')} as grantee, acl.privilege_type as privilege, case when acl.is_grantable then ' with grant option' end as grantable
    from aclexplode(${acl}) as acl where acl.grantee <> ${owner}) as listed)`;

const plain = (text: string): string => `replace(${text}, place.prefix, '')`;

const tables = `select place.schema, c.relname::text as name,
    concat_ws(' ', case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'type' end,
      'of', pg_get_userbyid(c.relowner), case c.relpersistence when 'u' then 'unlogged' end, case when c.relrowsecurity then 'row security' end, c.reloptions::text,
      case when c.relkind in ('v', 'm') then ${plain('pg_get_viewdef(c.oid)')} end) as definition
  from place join pg_class c on c.relnamespace = place.oid where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')`;

/** The era of an event log rises with each copy of its tenant (copy/era.ts), so its value is not compared. */
const defaultOf = `case when (c.relname, a.attname) = ('events', 'era') then 'an era' else ${plain('pg_get_expr(d.adbin, d.adrelid)')} end`;

const columns = `select place.schema, concat(c.relname, '.', a.attname) as name,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attcollation <> t.typcollation then concat('collate ', l.collname) end,
      case when a.attnotnull then 'not null' end, case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
      case a.attgenerated when 's' then 'generated stored' when 'v' then 'generated virtual' end, 'default ' || ${defaultOf}) as definition
  from place join pg_class c on c.relnamespace = place.oid and c.relkind in ('r', 'p', 'f')
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation`;

const indexes = `select place.schema, i.relname::text as name,
    concat_ws(' ', ${plain('pg_get_indexdef(x.indexrelid)')}, case when not (x.indisvalid and x.indisready) then 'invalid' end) as definition
  from place join pg_class i on i.relnamespace = place.oid and i.relkind in ('i', 'I') join pg_index x on x.indexrelid = i.oid`;

/** Not-null constraints are compared with their columns. */
const constraints = `select place.schema, concat(c.relname, '.', k.conname) as name,
    concat_ws(' ', ${plain('pg_get_constraintdef(k.oid)')}, case when not k.convalidated then 'not validated' end) as definition
  from place join pg_class c on c.relnamespace = place.oid and c.relkind in ('r', 'p') join pg_constraint k on k.conrelid = c.oid
  where k.contype not in ('n', 't')`;

const triggers = `select place.schema, concat(c.relname, '.', g.tgname) as name,
    concat_ws(' ', ${plain('pg_get_triggerdef(g.oid)')}, case g.tgenabled when 'O' then null else 'switched ' || g.tgenabled::text end) as definition
  from place join pg_class c on c.relnamespace = place.oid join pg_trigger g on g.tgrelid = c.oid where not g.tgisinternal`;

const sequences = `select place.schema, c.relname::text as name,
    concat_ws(' ', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, case when s.seqcycle then 'cycle' end,
      'of ' || (select concat(o.relname, '.', a.attname) from pg_depend d join pg_class o on o.oid = d.refobjid join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') limit 1)) as definition
  from place join pg_class c on c.relnamespace = place.oid and c.relkind = 'S' join pg_sequence s on s.seqrelid = c.oid`;

/** Objects that migrations never create, so that each one found is a difference. */
const routinesAndTypes = `select place.schema, concat(f.proname, '(', pg_get_function_identity_arguments(f.oid), ')') as name, concat('function of ', pg_get_userbyid(f.proowner)) as definition
  from place join pg_proc f on f.pronamespace = place.oid
  union all select place.schema, t.typname::text, concat('type ', t.typtype) from place join pg_type t on t.typnamespace = place.oid where t.typtype in ('d', 'e', 'r')
  union all select place.schema, concat(c.relname, '.', y.polname), concat('policy ', ${plain('pg_get_expr(y.polqual, y.polrelid)')})
  from place join pg_class c on c.relnamespace = place.oid join pg_policy y on y.polrelid = c.oid`;

const grants = `select place.schema, 'the schema' as name, concat('of ', pg_get_userbyid(place.nspowner), ': ', ${rights(`coalesce(place.nspacl, acldefault('n', place.nspowner))`, 'place.nspowner')}) as definition from place
  union all select place.schema, concat('new ', case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' else d.defaclobjtype::text end, ' of ', pg_get_userbyid(d.defaclrole)), ${rights('d.defaclacl', 'd.defaclrole')}
  from place join pg_default_acl d on d.defaclnamespace = place.oid
  union all select place.schema, c.relname::text, ${rights(`coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))`, 'c.relowner')}
  from place join pg_class c on c.relnamespace = place.oid where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select place.schema, concat(c.relname, '.', a.attname), ${rights('a.attacl', 'c.relowner')}
  from place join pg_class c on c.relnamespace = place.oid join pg_attribute a on a.attrelid = c.oid where a.attacl is not null`;

const aspects = {
  tables,
  columns,
  indexes,
  constraints,
  triggers,
  sequences,
  others: routinesAndTypes,
  rights: grants,
};

export type Aspect = keyof typeof aspects;

export const aspectNames = Object.keys(aspects) as Aspect[];

/** All rows of one aspect: (schema, name, definition). */
export const linesOf = (aspect: Aspect): string => `with ${place} ${aspects[aspect]}`;

/** One row (schema, hash) for each schema that has rows of the aspect. */
export const hashesOf = (aspect: Aspect): string =>
  `with ${place}, lines as (${aspects[aspect]})
  select schema, md5(string_agg(concat(name, ' ', definition), chr(10) order by name collate "C", definition collate "C")) as hash
  from lines group by schema`;
