import { divideDecimal, formatDecimal, parseDecimal } from '../../lib/decimal.ts';
import { AppError } from '../../lib/errors.ts';
import { dayReader } from './day-format.ts';
import type { ValueSpec } from './mapping.ts';
import { type Cells, compileTemplate } from './template.ts';

/** Makes one field of a record; undefined leaves the field out. Throws BAD_INPUT with the reason. */
export type Value = (cells: Cells) => string | undefined;

/** What all fields of a mapping share while it is compiled. */
export interface Compilation {
  /** How days are written, unless a field says otherwise. */
  days: string;
  /** The columns that the mapping names, gathered. */
  columns: Set<string>;
}

/** Quotients keep so many digits: hours in hundredths divided by 8 need five. */
const quotientDigits = 6;

/** Compiles text with columns that must be there, such as a reference. */
export function compileText(text: string, field: string, { columns }: Compilation): (cells: Cells) => string {
  const template = compileTemplate(text);
  for (const column of template.columns) columns.add(column);
  return (cells) => {
    const rendered = template.render(cells);
    if (rendered === undefined) throw bad(field, `nothing in ${template.columns.join(', ')}`);
    return rendered;
  };
}

/** Compiles a field that holds text, or with `isDay` a day, which it gives as `YYYY-MM-DD`. */
export function compileValue(spec: ValueSpec, field: string, compilation: Compilation, isDay = false): Value {
  const convert = isDay ? dayOf(field, spec.days ?? compilation.days) : quotientOf(field, spec.divideBy);
  const candidates = (spec.of ?? spec.earliest ?? []).map(compileTemplate);
  for (const { columns } of candidates) for (const column of columns) compilation.columns.add(column);
  const otherwise = spec.otherwise ?? undefined;
  if (spec.earliest) {
    return (cells) => {
      const present = candidates.flatMap((each) => each.render(cells) ?? []);
      return present.map(convert).sort()[0] ?? otherwise;
    };
  }
  const translate = translationOf(field, spec);
  return (cells) => {
    for (const candidate of candidates) {
      const text = candidate.render(cells);
      if (text === undefined) continue;
      return spec.map ? translate(text) : convert(text);
    }
    return otherwise;
  };
}

function dayOf(field: string, pattern: string): (text: string) => string {
  const read = dayReader(pattern)!;
  return (text) => {
    const day = read(text);
    if (day === undefined) throw bad(field, `"${text}" is not a day like ${pattern}`);
    return day;
  };
}

function quotientOf(field: string, divideBy: number | undefined): (text: string) => string {
  if (divideBy === undefined) return (text) => text;
  return (text) => {
    const decimal = parseDecimal(text);
    if (!decimal) throw bad(field, `"${text}" is not a number`);
    return formatDecimal(divideDecimal(decimal, divideBy, quotientDigits));
  };
}

function translationOf(field: string, { map = {}, otherwise }: ValueSpec): (text: string) => string | undefined {
  const known = new Map(Object.entries(map));
  return (text) => {
    const translated = known.has(text) ? known.get(text) : otherwise;
    if (translated === undefined) throw bad(field, `"${text}" is not in the map`);
    return translated ?? undefined;
  };
}

const bad = (field: string, reason: string): AppError => new AppError('BAD_INPUT', `${field}: ${reason}`);
