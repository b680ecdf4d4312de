import type { Adder, AddPerson, RecordParts } from './adders.ts';
import { RowCells } from './cells.ts';
import type { Lookups } from './lookups.ts';
import { addMessages } from './map-messages.ts';
import { addDependencies, addMilestone, addTask, addTaskParts } from './map-tasks.ts';
import { addTime } from './map-time.ts';
import type { Mapping } from './mapping.ts';
import { conditionOf, type Maker, partMaker } from './part-maker.ts';
import { clientRecord, type ImportRecord, type PersonRecord, personRecord, projectRecord } from './records.ts';
import type { Row } from './row.ts';
import type { Compilation } from './value.ts';

/** In the part `person`: the pseudo-column with the text by which another part names the person. */
const personColumn = 'person';

/** Converts rows to records according to a mapping. */
export class RowMapper {
  readonly #absent: ReadonlySet<string>;
  readonly #compilation: Compilation;
  readonly #isIncluded: Maker<boolean>;
  readonly #adders: readonly Adder[];

  constructor(mapping: Mapping, lookups: Lookups) {
    this.#absent = new Set(mapping.absent);
    const { days, instants, zone, numbers } = mapping;
    this.#compilation = { days, instants, zone, numbers, lookups, columns: new Set() };
    this.#isIncluded = conditionOf(mapping.only, this.#compilation);
    this.#adders = addersOf(mapping, this.#compilation);
    this.#compilation.columns.delete(personColumn);
  }

  /** The columns that the mapping requires. */
  get columns(): ReadonlySet<string> {
    return this.#compilation.columns;
  }

  /** Whether a row meets the conditions in `only`. */
  isIncluded(row: Row): boolean {
    return this.#isIncluded(new RowCells(row.cells, this.#absent));
  }

  /**
   * Returns undefined for a row that the mapping ignores. Throws BAD_INPUT with the reason if the row is invalid.
   */
  map({ line, cells, file }: Row): ImportRecord | undefined {
    const row = new RowCells(cells, this.#absent);
    if (!this.#isIncluded(row)) return undefined;
    const record: RecordParts = { people: [], ...(file !== undefined && { file }) };
    for (const add of this.#adders) add(row, record);
    return { line, ...record };
  }
}

function addersOf(mapping: Mapping, compilation: Compilation): Adder[] {
  const addPerson = personAdder(mapping, compilation);
  const all = [
    addProject(mapping, compilation),
    addMilestone(mapping, compilation),
    addTask(mapping, compilation, addPerson),
    addTaskParts(mapping, compilation, addPerson),
    addDependencies(mapping, compilation),
    addTime(mapping, compilation, addPerson),
    addMessages(mapping, compilation, addPerson),
  ];
  return all.filter((add) => add !== undefined);
}

function personAdder({ person }: Mapping, compilation: Compilation): AddPerson {
  // `make` is defined if any part names people: parsing has checked that
  const make: Maker<PersonRecord> | undefined = person && partMaker('person', person, personRecord, compilation);
  return (record, cells, whom) => {
    const made = make!(cells.with(personColumn, whom));
    if (record.people.every(({ reference }) => reference !== made.reference)) record.people.push(made);
    return made.reference;
  };
}

function addProject(mapping: Mapping, compilation: Compilation): Adder | undefined {
  if (!mapping.project) return undefined;
  const { when, ...fields } = mapping.client ?? { when: undefined };
  const hasClient = conditionOf(when, compilation);
  const client = 'reference' in fields ? partMaker('client', fields, clientRecord, compilation) : undefined;
  const imported = { reference: `${mapping.name}:client:imported`, name: 'Imported' };
  const project = partMaker('project', mapping.project, projectRecord, compilation);
  return (cells, record) => {
    record.project = { ...project(cells), client: client && hasClient(cells) ? client(cells) : imported };
  };
}
