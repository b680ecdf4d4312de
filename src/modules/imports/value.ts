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

/** What a field holds, which decides how its text is read. */
export type ValueKind = 'text' | 'day' | 'instant' | 'number' | 'hours';

/** Computes one field of a record; undefined leaves the field out. Throws BAD_INPUT with the reason. */
export type Value = (cells: Cells) => string | undefined;
type Convert = (text: string) => string;

/** The state shared by all fields of a mapping while it is compiled. */
export interface Compilation extends Pick<Mapping, 'days' | 'instants' | 'zone'> {
  numbers: NumberFormat;
  lookups: Lookups;
  /** The columns that the mapping names, gathered: a file without one of them is refused. */
  columns: Set<string>;
}

/** Digits of quotients: hundredths of hours divided by 8 need five. */
const quotientDigits = 6;

/** Compiles a text that must be there, such as a reference. */
export function compileText(spec: ValueSpec, field: string, compilation: Compilation): (cells: Cells) => string {
  const valueIn = compileValue(spec, field, compilation);
  const columns = [...new Set(templatesOf(spec).flatMap((text) => compileTemplate(text).names))].join(', ');
  return (cells) => {
    const text = valueIn(cells);
    if (text === undefined) throw bad(field, columns ? `nothing in ${columns}` : 'nothing there');
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
 * Compiles a field that holds a list of texts: one value gives one for each element of `each`, and for each part of
 * `split`.
 */
export function compileList(spec: ValueSpec, field: string, compilation: Compilation): (cells: Cells) => string[] {
  const { each, split, ...one } = spec;
  const valueIn = compileValue(each && !one.of ? { ...one, of: ['{.}'] } : one, field, compilation);
  const splitting = split === undefined ? (text: string) => [text] : (text: string) => text.split(split);
  const places = placesOf(each, compilation);
  return (cells) => {
    const texts = places(cells)
      .flatMap((place) => valueIn(place) ?? [])
      .flatMap(splitting);
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  };
}

/** The row, or the elements of a list in it, of which something is made. */
export function placesOf(each: string | undefined, { columns }: Compilation): (cells: Cells) => Cells[] {
  if (each === undefined) return (cells) => [cells];
  const list = each.replace(/\?$/, '');
  if (list === each && !list.startsWith('.')) columns.add(list.split('.')[0]!);
  return (cells) => cells.elements(list);
}

/** The hours between two times, of which nothing is said when one of them is not there. */
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
    if (hours === undefined) throw bad(field, `it ends at ${end}, before it begins at ${start}`);
    return hours;
  };
}

/** What is done to a text before it is translated or converted. */
function preparationOf({ cut, lookup }: ValueSpec, { lookups }: Compilation): (text?: string) => string | undefined {
  const table = lookup === undefined ? undefined : lookups.get(lookup);
  return (text) => {
    const found = table && text !== undefined ? table.get(text) : text;
    return cut && found !== undefined ? partOf(found, cut) : found;
  };
}

/** The text between two of the places where it is cut; the last part is all that is left. */
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

/** `instant` as a pattern means the day on which a moment is in the zone. */
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
    if (day === undefined) throw bad(field, `"${shown(text)}" is not a day like ${pattern}`);
    return day;
  };
}

function instantOf(field: string, spec: ValueSpec, compilation: Compilation): Convert {
  const pattern = spec.instants ?? compilation.instants;
  const read = pattern === undefined ? readInstant : timeReader(pattern)!;
  const zone = spec.zone ?? compilation.zone;
  return (text) => {
    const moment = read(text, zone);
    if (moment === undefined) throw bad(field, `"${shown(text)}" is not a time${pattern ? ` like ${pattern}` : ''}`);
    return moment.toISOString();
  };
}

function numberOf(field: string, { divideBy }: ValueSpec, { numbers }: Compilation): Convert {
  return (text) => {
    const decimal = parseDecimal(readNumber(text, numbers) ?? '');
    if (!decimal) throw bad(field, `"${shown(text)}" is not a number`);
    return divideBy === undefined
      ? formatDecimal(decimal)
      : formatDecimal(divideDecimal(decimal, divideBy, quotientDigits));
  };
}

function hoursOf(field: string, { unit, roundTo, divideBy }: ValueSpec, { numbers }: Compilation): Convert {
  return (text) => {
    const hours = readHours(text, numbers, unit);
    if (!hours) throw bad(field, `"${shown(text)}" is not a number`);
    if (divideBy !== undefined) return formatDecimal(divideDecimal(hours.of, divideBy * hours.parts, quotientDigits));
    // A plain number of hours stays as it is: digits that would be lost make the row bad
    if (hours.parts === 1 && unit === undefined && roundTo === undefined) return formatDecimal(hours.of);
    return roundHours(hours, roundTo);
  };
}

function translationOf(field: string, { map = {}, otherwise }: ValueSpec): (text: string) => string | undefined {
  const known = new Map(Object.entries(map));
  return (text) => {
    const translated = known.has(text) ? known.get(text) : otherwise;
    if (translated === undefined) throw bad(field, `"${shown(text)}" is not in the map`);
    return translated ?? undefined;
  };
}

/** The start of a text, for messages. */
const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const bad = (field: string, reason: string): AppError => new AppError('BAD_INPUT', `${field}: ${reason}`);
