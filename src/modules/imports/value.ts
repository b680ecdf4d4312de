import { dayIn } from '../../lib/days.ts';
import { divideDecimal, formatDecimal, parseDecimal } from '../../lib/decimal.ts';
import { AppError } from '../../lib/errors.ts';
import type { Cells } from './cells.ts';
import { dayReader } from './day-format.ts';
import { elapsedHours, readHours, roundHours } from './hours.ts';
import type { Lookups } from './lookups.ts';
import type { Mapping } from './mapping.ts';
import type { ValueSpec } from './mapping-values.ts';
import { type NumberFormat, readNumber } from './number-format.ts';
import { readInstant } from './read-instant.ts';
import { compileTemplate, type Template } from './template.ts';
import { timeReader } from './time-format.ts';

/** The type of a field, which determines how its text is read. */
export type ValueKind = 'text' | 'day' | 'instant' | 'number' | 'hours';

/** Computes one field of a record; undefined if it has no value. Throws BAD_INPUT with the reason. */
export type Value = (cells: Cells) => string | undefined;
type Convert = (text: string) => string;

/** The state shared by all fields of a mapping while it is compiled. */
export interface Compilation extends Pick<Mapping, 'days' | 'instants' | 'zone'> {
  numbers: NumberFormat;
  lookups: Lookups;
  /** Collects the columns that the mapping names: a CSV file without one of them is rejected. */
  columns: Set<string>;
}

/** Decimal places of quotients: hundredths of hours divided by 8 need five. */
const quotientDigits = 6;

/** Compiles a required text, such as a reference. */
export function compileText(spec: ValueSpec, field: string, compilation: Compilation): (cells: Cells) => string {
  const valueIn = compileValue(spec, field, compilation);
  const columns = [...new Set(templatesOf(spec).flatMap((text) => compileTemplate(text).names))].join(', ');
  return (cells) => {
    const text = valueIn(cells);
    if (text === undefined) throw invalidValue(field, columns ? `no value in ${columns}` : 'no value');
    return text;
  };
}

const templatesOf = ({ of = [], earliest = [], any = [] }: ValueSpec): readonly string[] => [
  ...of,
  ...earliest,
  ...any.flatMap(templatesOf),
];

function compileTemplates(texts: readonly string[], { columns }: Compilation): Template[] {
  const templates = texts.map(compileTemplate);
  for (const template of templates) for (const column of template.columns) columns.add(column);
  return templates;
}

/** Compiles a field that holds one value. */
export function compileValue(
  spec: ValueSpec,
  field: string,
  compilation: Compilation,
  kind: ValueKind = 'text',
): Value {
  if (spec.any) return firstOf(spec.any.map((each) => compileValue(each, field, compilation, kind)));
  const convert = converterOf(spec, field, compilation, kind);
  const otherwise = spec.otherwise ?? undefined;
  if (spec.from) return compileElapsed(spec, field, compilation);
  const templates = compileTemplates(spec.of ?? spec.earliest ?? [], compilation);
  if (spec.earliest) {
    return (cells) => {
      const present = templates.flatMap((each) => each.render(cells) ?? []);
      return present.map(convert).sort()[0] ?? otherwise;
    };
  }
  const prepare = preparationOf(spec, compilation);
  const translate = spec.map && translationOf(field, spec);
  return (cells) => {
    for (const template of templates) {
      const text = prepare(template.render(cells));
      if (text === undefined) continue;
      return translate ? translate(text) : convert(text);
    }
    return otherwise;
  };
}

const firstOf =
  (values: readonly Value[]): Value =>
  (cells) => {
    for (const value of values) {
      const text = value(cells);
      if (text !== undefined) return text;
    }
    return undefined;
  };

/**
 * Compiles a field that holds a list of texts: one for each element of `each`, and for each part that `split` makes.
 */
export function compileList(spec: ValueSpec, field: string, compilation: Compilation): (cells: Cells) => string[] {
  const { each, split, ...one } = spec;
  const valueIn = compileValue(each && !one.of ? { ...one, of: ['{.}'] } : one, field, compilation);
  const splitting = split === undefined ? (text: string) => [text] : (text: string) => text.split(split);
  const elements = elementsOf(each, compilation);
  return (cells) => {
    const texts = elements(cells)
      .flatMap((element) => valueIn(element) ?? [])
      .flatMap(splitting);
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  };
}

/** The elements of a list in the row; the row itself if `each` is absent. */
export function elementsOf(each: string | undefined, { columns }: Compilation): (cells: Cells) => Cells[] {
  if (each === undefined) return (cells) => [cells];
  const list = each.replace(/\?$/, '');
  if (list === each && !list.startsWith('.')) columns.add(list.split('.')[0]!);
  return (cells) => cells.elements(list);
}

/** Compiles the hours between two times; they have no value if one of the times is missing. */
function compileElapsed({ from, to, roundTo, ...spec }: ValueSpec, field: string, compilation: Compilation): Value {
  const ends = [from!, to!].map((of, index) =>
    compileValue(
      { ...spec, from: undefined, to: undefined, of },
      `${field}.${index === 0 ? 'from' : 'to'}`,
      compilation,
      'instant',
    ),
  );
  return (cells) => {
    const [start, end] = ends.map((each) => each(cells));
    if (start === undefined || end === undefined) return spec.otherwise ?? undefined;
    const hours = elapsedHours(new Date(start), new Date(end), roundTo);
    if (hours === undefined) throw invalidValue(field, `the end ${end} is before the start ${start}`);
    return hours;
  };
}

/** Applies `lookup` and `cut`, before the text is translated or converted. */
function preparationOf({ cut, lookup }: ValueSpec, { lookups }: Compilation): (text?: string) => string | undefined {
  const table = lookup === undefined ? undefined : lookups.get(lookup);
  return (text) => {
    const found = table && text !== undefined ? table.get(text) : text;
    return cut && found !== undefined ? partOf(found, cut) : found;
  };
}

/** One part of a text that is split at most `of - 1` times; the last part contains the rest. */
function partOf(text: string, { by, part, of }: NonNullable<ValueSpec['cut']>): string | undefined {
  const parts = text.split(by);
  const all = [...parts.slice(0, of - 1), parts.slice(of - 1).join(by)];
  return all[part - 1]?.trim() || undefined;
}

function converterOf(spec: ValueSpec, field: string, compilation: Compilation, kind: ValueKind): Convert {
  switch (kind) {
    case 'text':
      return spec.divideBy === undefined ? (text) => text : numberOf(field, spec, compilation);
    case 'day':
      return dayOf(field, spec, compilation);
    case 'instant':
      return instantOf(field, spec, compilation);
    case 'number':
      return numberOf(field, spec, compilation);
    case 'hours':
      return hoursOf(field, spec, compilation);
  }
}

/** The format `instant` means the day of an instant in the zone. */
function dayOf(field: string, spec: ValueSpec, compilation: Compilation): Convert {
  const pattern = spec.days ?? compilation.days;
  const zone = spec.zone ?? compilation.zone;
  const read =
    pattern === 'instant'
      ? (text: string) => {
          const moment = readInstant(text, zone);
          return moment && dayIn(zone, moment);
        }
      : dayReader(pattern)!;
  return (text) => {
    const day = read(text);
    if (day === undefined) throw invalidValue(field, `"${excerpt(text)}" is not a day like ${pattern}`);
    return day;
  };
}

function instantOf(field: string, spec: ValueSpec, compilation: Compilation): Convert {
  const pattern = spec.instants ?? compilation.instants;
  const read = pattern === undefined ? readInstant : timeReader(pattern)!;
  const zone = spec.zone ?? compilation.zone;
  return (text) => {
    const moment = read(text, zone);
    if (moment === undefined)
      throw invalidValue(field, `"${excerpt(text)}" is not a time${pattern ? ` like ${pattern}` : ''}`);
    return moment.toISOString();
  };
}

function numberOf(field: string, { divideBy }: ValueSpec, { numbers }: Compilation): Convert {
  return (text) => {
    const decimal = parseDecimal(readNumber(text, numbers) ?? '');
    if (!decimal) throw invalidValue(field, `"${excerpt(text)}" is not a number`);
    return divideBy === undefined
      ? formatDecimal(decimal)
      : formatDecimal(divideDecimal(decimal, divideBy, quotientDigits));
  };
}

function hoursOf(field: string, { unit, roundTo, divideBy }: ValueSpec, { numbers }: Compilation): Convert {
  return (text) => {
    const hours = readHours(text, numbers, unit);
    if (!hours) throw invalidValue(field, `"${excerpt(text)}" is not a number`);
    if (divideBy !== undefined)
      return formatDecimal(divideDecimal(hours.amount, divideBy * hours.perHour, quotientDigits));
    // A plain number of hours is not rounded: too many digits make the row invalid
    if (hours.perHour === 1 && unit === undefined && roundTo === undefined) return formatDecimal(hours.amount);
    return roundHours(hours, roundTo);
  };
}

function translationOf(field: string, { map = {}, otherwise }: ValueSpec): (text: string) => string | undefined {
  const known = new Map(Object.entries(map));
  return (text) => {
    const translated = known.has(text) ? known.get(text) : otherwise;
    if (translated === undefined) throw invalidValue(field, `"${excerpt(text)}" is not in the map`);
    return translated ?? undefined;
  };
}

/** The beginning of a text, for error messages. */
const excerpt = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const invalidValue = (field: string, reason: string): AppError => new AppError('BAD_INPUT', `${field}: ${reason}`);
