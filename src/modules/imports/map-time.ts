import type { Adder, AddPerson } from './adders.ts';
import { required } from './map-tasks.ts';
import type { Mapping } from './mapping.ts';
import { conditionOf, partMaker, referenceMaker } from './part-maker.ts';
import { timeRecord } from './records.ts';
import { type Compilation, compileValue } from './value.ts';

export function addTime(mapping: Mapping, compilation: Compilation, addPerson: AddPerson): Adder | undefined {
  if (!mapping.time) return undefined;
  const { when, repeats: _, person: who, task: which, spread, ...fields } = mapping.time;
  const applies = conditionOf(when, compilation);
  const time = partMaker('time', fields, timeRecord(spread !== undefined), compilation);
  const personOf = compileValue(who, 'time.person', compilation);
  const taskOf = which && referenceMaker(which, 'time.task', compilation);
  const hoursOf = compileValue(fields.hours, 'time.hours', compilation, 'hours');
  return (cells, record) => {
    // A row of a task may have no hours, because nobody has worked on it; a row of hours alone must have them
    if (!applies(cells) || (record.task && hoursOf(cells) === undefined)) return;
    record.time = {
      ...time(cells),
      projectReference: record.project!.reference,
      personReference: addPerson(record, cells, required(personOf(cells), 'time.person')),
      taskReference: taskOf?.(cells) ?? record.task?.reference ?? null,
      hoursPerDay: spread ?? null,
    };
  };
}
