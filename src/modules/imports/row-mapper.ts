import type { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { toIssues } from '../../lib/input.ts';
import type { Mapping, ValueSpec } from './mapping.ts';
import {
  channelRecord,
  clientRecord,
  type ImportRecord,
  messageRecord,
  type PersonRecord,
  personRecord,
  projectRecord,
  taskRecord,
  timeRecord,
} from './records.ts';
import type { Row } from './row.ts';
import { type Cells, cellsOf } from './template.ts';
import { type Compilation, compileText, compileValue } from './value.ts';

type Fields = Readonly<Record<string, string | ValueSpec | readonly ValueSpec[] | undefined>>;
type Maker<T> = (cells: Cells) => T;

const dayFields = new Set(['startDate', 'dueDate', 'completedOn', 'day']);
/** In the part `person`: whom another part means. */
const personColumn = 'person';

/** Turns rows into records as a mapping says. */
export class RowMapper {
  readonly #absent: ReadonlySet<string>;
  readonly #compilation: Compilation;
  readonly #make: Maker<Omit<ImportRecord, 'line'>>;

  constructor(mapping: Mapping) {
    this.#absent = new Set(mapping.absent);
    this.#compilation = { days: mapping.days, columns: new Set() };
    this.#make = recordMaker(mapping, this.#compilation);
    this.#compilation.columns.delete(personColumn);
  }

  /** The columns that the mapping names. */
  get columns(): ReadonlySet<string> {
    return this.#compilation.columns;
  }

  /** Throws BAD_INPUT with the reason when the row does not hold what it must. */
  map({ line, cells }: Row): ImportRecord {
    return { line, ...this.#make(cellsOf(cells, this.#absent)) };
  }
}

function recordMaker(mapping: Mapping, compilation: Compilation): Maker<Omit<ImportRecord, 'line'>> {
  const person = mapping.person && partMaker('person', mapping.person, personRecord, compilation);
  const makers = [
    projectMaker(mapping, compilation),
    taskMaker(mapping, person, compilation),
    timeMaker(mapping, person, compilation),
    messageMaker(mapping, person, compilation),
  ];
  return (cells) => {
    const record: Omit<ImportRecord, 'line'> = { people: [] };
    for (const make of makers) make?.(cells, record);
    return record;
  };
}

/** Adds a part to the record of a row. */
type Adder = (cells: Cells, record: Omit<ImportRecord, 'line'>) => void;
type PersonMaker = Maker<PersonRecord> | undefined;

function projectMaker(mapping: Mapping, compilation: Compilation): Adder | undefined {
  if (!mapping.project) return undefined;
  const client = mapping.client && partMaker('client', mapping.client, clientRecord, compilation);
  const imported = { reference: `${mapping.name}:client:imported`, name: 'Imported' };
  const project = partMaker('project', mapping.project, projectRecord, compilation);
  return (cells, record) => {
    record.project = { ...project(cells), client: client?.(cells) ?? imported };
  };
}

function taskMaker(mapping: Mapping, person: PersonMaker, compilation: Compilation): Adder | undefined {
  if (!mapping.task) return undefined;
  const { assignee, ...fields } = mapping.task;
  const task = partMaker('task', fields, taskRecord, compilation);
  const assigneeOf = assignee && compileValue(assignee, 'task.assignee', compilation);
  return (cells, record) => {
    const made = { ...task(cells), projectReference: record.project!.reference };
    const assignedTo = assigneeOf?.(cells);
    record.task = assigneeOf
      ? { ...made, assigneeReference: assignedTo ? addPerson(record, person!, cells, assignedTo) : null }
      : made;
  };
}

function timeMaker(mapping: Mapping, person: PersonMaker, compilation: Compilation): Adder | undefined {
  if (!mapping.time) return undefined;
  const { person: who, task: which, spread, ...fields } = mapping.time;
  const time = partMaker('time', fields, timeRecord(spread !== undefined), compilation);
  const personOf = compileValue(who, 'time.person', compilation);
  const taskOf = which === undefined ? undefined : compileText(which, 'time.task', compilation);
  const hoursOf = compileValue(fields.hours, 'time.hours', compilation);
  return (cells, record) => {
    // A task that nobody worked on yet has no hours; of a row that is about hours they are what matters.
    if (record.task && hoursOf(cells) === undefined) return;
    record.time = {
      ...time(cells),
      projectReference: record.project!.reference,
      personReference: addPerson(record, person!, cells, required(personOf(cells), 'time.person')),
      taskReference: taskOf?.(cells) ?? record.task?.reference ?? null,
      hoursPerDay: spread ?? null,
    };
  };
}

function messageMaker(mapping: Mapping, person: PersonMaker, compilation: Compilation): Adder | undefined {
  if (!mapping.message || !mapping.channel) return undefined;
  const { author, ...fields } = mapping.message;
  const channel = partMaker('channel', mapping.channel, channelRecord, compilation);
  const message = partMaker('message', fields, messageRecord, compilation);
  const authorOf = compileValue(author, 'message.author', compilation);
  return (cells, record) => {
    record.channel = channel(cells);
    record.message = {
      ...message(cells),
      channelReference: record.channel.reference,
      authorReference: addPerson(record, person!, cells, required(authorOf(cells), 'message.author')),
    };
  };
}

/** Adds somebody to the record, once, and gives the reference. */
function addPerson(record: Omit<ImportRecord, 'line'>, make: Maker<PersonRecord>, cells: Cells, whom: string): string {
  const person = make((column) => (column === personColumn ? whom : cells(column)));
  if (record.people.every(({ reference }) => reference !== person.reference)) record.people.push(person);
  return person.reference;
}

function required(text: string | undefined, field: string): string {
  if (text === undefined) throw new AppError('BAD_INPUT', `${field}: nothing there`);
  return text;
}

/** Compiles a part of the mapping: its reference as text that must be there, the rest as values that may be null. */
function partMaker<S extends z.ZodType>(
  part: string,
  { reference, ...fields }: { reference: string } & Fields,
  schema: S,
  compilation: Compilation,
): Maker<z.output<S>> {
  const referenceOf = compileText(reference, `${part}.reference`, compilation);
  const values = Object.entries(fields).flatMap(([key, spec]) =>
    spec === undefined ? [] : [[key, fieldMaker(`${part}.${key}`, spec, compilation, dayFields.has(key))] as const],
  );
  return (cells) => {
    const made: Record<string, unknown> = { reference: referenceOf(cells) };
    for (const [key, make] of values) made[key] = make(cells);
    return check(part, schema, made);
  };
}

function fieldMaker(
  field: string,
  spec: string | ValueSpec | readonly ValueSpec[],
  compilation: Compilation,
  isDay: boolean,
): Maker<string | string[] | null> {
  if (typeof spec === 'string') return compileText(spec, field, compilation);
  if ('length' in spec) {
    const values = spec.map((each) => compileValue(each, field, compilation));
    return (cells) => [...new Set(values.flatMap((value) => value(cells) ?? []))];
  }
  const value = compileValue(spec, field, compilation, isDay);
  return (cells) => value(cells) ?? null;
}

function check<S extends z.ZodType>(part: string, schema: S, made: Record<string, unknown>): z.output<S> {
  const result = schema.safeParse(made);
  if (result.success) return result.data;
  const reasons = toIssues(result.error.issues).map(({ path, message }) => {
    const missing = path.length === 1 && made[path[0]!] === null;
    return `${[part, ...path].join('.')}: ${missing ? 'nothing there' : message}`;
  });
  throw new AppError('BAD_INPUT', reasons.join('; '));
}
