import { Transform } from 'node:stream';
import { quoteIdentifier } from '../../db/identifier.ts';
import { conditionOf, orderOf, tableName } from '../copy/table-copy.ts';
import type { TenantColumn, TenantTable } from '../copy/tenant-tables.ts';

/** The COPY statement that writes a table as CSV with a header. */
export const copyCsv = (schemaName: string, table: TenantTable): string =>
  `copy (select ${valuesOf(table, csvValue)} from ${rowsOf(schemaName, table)}) to stdout with (format csv, header)`;

/**
 * The COPY statement that writes a table as one JSON object per line. JSON never contains the two control characters
 * that serve as quote and delimiter, so COPY escapes nothing.
 */
export const copyJson = (schemaName: string, table: TenantTable): string =>
  `copy (select row_to_json(shown) from (select ${valuesOf(table, jsonValue)} from ${rowsOf(schemaName, table)}) as shown)
    to stdout with (format csv, quote e'\\x01', delimiter e'\\x02')`;

export const countRows = (schemaName: string, table: TenantTable): string =>
  `select count(*)::float8 as rows from ${tableName(schemaName, table)}${conditionOf(table)}`;

/** Ends each row of CSV with CR LF, as RFC 4180 requires. Line breaks inside quotes stay. */
export function withCarriageReturns(): Transform {
  let quoted = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1').replace(/["\n]/g, (found) => {
        if (found === '"') quoted = !quoted;
        return found === '\n' && !quoted ? '\r\n' : found;
      });
      done(null, Buffer.from(text, 'latin1'));
    },
  });
}

const rowsOf = (schemaName: string, table: TenantTable): string =>
  `${tableName(schemaName, table)}${conditionOf(table)}${orderOf(table)}`;

const valuesOf = ({ columns }: TenantTable, value: (column: TenantColumn) => string): string =>
  columns.map((column) => `${value(column)} as ${quoteIdentifier(column.name)}`).join(', ');

function jsonValue(column: TenantColumn): string {
  const name = quoteIdentifier(column.name);
  return isInstant(column) ? instant(name) : name;
}

/**
 * A spreadsheet runs a text that looks like a formula, whoever wrote it, so such a text gets an apostrophe in front.
 * Lists are written as JSON.
 */
function csvValue(column: TenantColumn): string {
  const name = quoteIdentifier(column.name);
  if (isInstant(column)) return instant(name);
  if (column.type.endsWith('[]')) return `to_json(${name})`;
  if (!column.collated) return name;
  return `case when ${name} ~ e'^[=+@\\t\\r-]' then '''' || ${name} else ${name} end`;
}

const isInstant = ({ type }: TenantColumn): boolean => /^timestamp.* with time zone$/.test(type);
const instant = (name: string): string => `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
