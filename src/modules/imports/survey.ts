import type { Outcome } from './batches.ts';
import type {
  ChannelRecord,
  ImportRecord,
  MessageRecord,
  MilestoneRecord,
  PersonRecord,
  ProjectRecord,
  TaskRecord,
} from './records.ts';

/** A task according to its last row, with the project, people and milestone that it refers to. */
interface LastTask {
  task: TaskRecord;
  project: ProjectRecord | undefined;
  people: readonly PersonRecord[];
  milestone: MilestoneRecord | undefined;
}

type Part = 'time' | 'message' | 'comment' | 'checklistItem';

/**
 * The result of the first reading, before anything is written: the last row of each reference, which applies when
 * several rows have the same one. Without it, an import would write the first row and then change it to the last, and
 * a repeated import would do the same again instead of changing nothing.
 */
export class Survey {
  readonly #people = new Map<string, PersonRecord>();
  readonly #projects = new Map<string, ProjectRecord>();
  readonly #channels = new Map<string, ChannelRecord>();
  readonly #milestones = new Map<string, MilestoneRecord>();
  readonly #firstOfEmail = new Map<string, string>();
  readonly #firstOfName = new Map<string, string>();
  /** The number of the first row of each task. */
  readonly #tasks = new Map<string, number>();
  readonly #lastTasks = new Map<string, LastTask>();
  /** The number of the last row with each part and reference. */
  readonly #lastRows = new Map<string, number>();
  /** References of messages whose parent is deferred, or is in a later row. */
  readonly #deferred = new Set<string>();
  #rows = 0;

  static async of(outcomes: AsyncIterable<Outcome>): Promise<Survey> {
    const survey = new Survey();
    for await (const outcome of outcomes) {
      if (!('reason' in outcome)) survey.#add(outcome);
      survey.#rows++;
    }
    return survey;
  }

  /** Whether the files contain a person with this reference. */
  hasPerson(reference: string): boolean {
    return this.#people.has(reference);
  }

  /** Whether the files contain a project with this reference. */
  hasProject(reference: string): boolean {
    return this.#projects.has(reference);
  }

  /** If several references have the same email, only the first one may be matched to an existing person. */
  isFirstOfEmail({ reference, email }: PersonRecord): boolean {
    return email != null && this.#firstOfEmail.get(email) === reference;
  }

  /**
   * Yields the records with the values of their last rows, and without what an earlier record has yielded. Parts that
   * refer to objects of later rows are deferred until after all rows.
   */
  async *resolve(outcomes: AsyncIterable<Outcome>): AsyncGenerator<Outcome> {
    this.#deferred.clear();
    const written = new Set<string>();
    const deferred: ImportRecord[] = [];
    let row = 0;
    for await (const outcome of outcomes) {
      if ('reason' in outcome) yield outcome;
      else {
        yield this.#resolved(outcome, row, written);
        deferred.push(...this.#deferredParts(outcome, row));
      }
      row++;
    }
    yield* deferred.sort((a, b) => orderOf(a) - orderOf(b));
  }

  #add(record: ImportRecord): void {
    const { project, people, task, milestone, channel } = record;
    for (const person of people) this.#addPerson(person);
    if (project) this.#addProject(record, project);
    if (channel) this.#channels.set(channel.reference, channel);
    if (milestone) this.#milestones.set(milestone.reference, milestone);
    if (task && this.#tasks.has(task.reference))
      this.#lastTasks.set(task.reference, { task, project, people, milestone });
    if (task && !this.#tasks.has(task.reference)) this.#tasks.set(task.reference, this.#rows);
    for (const [part, reference] of partsOf(record)) this.#lastRows.set(`${part} ${reference}`, this.#rows);
  }

  #addPerson(person: PersonRecord): void {
    const { reference, email } = person;
    this.#people.set(reference, person);
    if (email && !this.#firstOfEmail.has(email)) this.#firstOfEmail.set(email, reference);
  }

  /** A project starts on the earliest day in its rows. */
  #addProject({ task, time }: ImportRecord, project: ProjectRecord): void {
    const days = [
      this.#projects.get(project.reference)?.startDate,
      project.startDate ?? task?.startDate ?? time?.day,
    ].filter((day) => day != null);
    this.#projects.set(project.reference, { ...project, startDate: days.sort()[0] ?? null });
    const name = project.name.toLowerCase();
    if (!this.#firstOfName.has(name)) this.#firstOfName.set(name, project.reference);
  }

  /** Names of projects are unique: if two have the same name, the name of its client is added to the second one. */
  #projectOf({ reference }: ProjectRecord): ProjectRecord {
    const project = this.#projects.get(reference)!;
    if (this.#firstOfName.get(project.name.toLowerCase()) === reference) return project;
    return { ...project, name: `${project.name.slice(0, 100)} (${project.client.name.slice(0, 90)})` };
  }

  #resolved(record: ImportRecord, row: number, written: Set<string>): ImportRecord {
    const { time, channel, milestone, comments, checklistItems, messages, ...rest } = record;
    const isLast = (part: Part, reference: string): boolean => this.#isLast(part, reference, row);
    const isBeforeItsTask = (each: { taskReference: string }): boolean => this.#isBeforeTask(each, row);
    return this.#withLastTask(
      {
        ...rest,
        people: record.people.map((person) => this.#people.get(person.reference)!),
        ...(record.project && { project: this.#projectOf(record.project) }),
        ...(milestone && { milestone: this.#milestones.get(milestone.reference)! }),
        ...(time && isLast('time', time.reference) && { time }),
        ...(comments && {
          comments: comments.filter((each) => isLast('comment', each.reference) && !isBeforeItsTask(each)),
        }),
        ...(checklistItems && {
          checklistItems: checklistItems.filter(
            (each) => isLast('checklistItem', each.reference) && !isBeforeItsTask(each),
          ),
        }),
        ...(channel && { channel: this.#channels.get(channel.reference)! }),
        ...(messages && {
          messages: messages.filter(
            (message) => isLast('message', message.reference) && !this.#isBeforeParent(message, row),
          ),
        }),
      },
      written,
    );
  }

  /** The first record with the reference of a task gets the task as its last row has it; the other records get none. */
  #withLastTask(record: ImportRecord, written: Set<string>): ImportRecord {
    const { task, dependencies: _, ...rest } = record;
    if (!task) return rest;
    const last = this.#lastTasks.get(task.reference);
    const isSame = last === undefined || last.task.projectReference === task.projectReference;
    // Hours belong to the project of their task
    const time = rest.time && !isSame ? { ...rest.time, projectReference: last.task.projectReference } : rest.time;
    const more = isSame || !last.project ? [] : [this.#projectOf(last.project)];
    const base = { ...rest, ...(time && { time }), ...(more.length > 0 && { moreProjects: more }) };
    if (written.has(task.reference)) return base;
    if (!last) return { ...base, task };
    written.add(task.reference);
    const people = [...base.people, ...last.people.map(({ reference }) => this.#people.get(reference)!)];
    return { ...base, people, task: last.task, ...(last.milestone && { moreMilestones: [last.milestone] }) };
  }

  #isLast(part: Part, reference: string, row: number): boolean {
    return this.#lastRows.get(`${part} ${reference}`) === row;
  }

  #isBeforeParent({ parentReference }: MessageRecord, row: number): boolean {
    if (parentReference == null) return false;
    return this.#deferred.has(parentReference) || (this.#lastRows.get(`message ${parentReference}`) ?? 0) > row;
  }

  #isBeforeTask({ taskReference }: { taskReference: string }, row: number): boolean {
    return (this.#tasks.get(taskReference) ?? 0) > row;
  }

  /** The parts of a record that refer to objects of later rows, and its dependencies; none for most records. */
  *#deferredParts(record: ImportRecord, row: number): Generator<ImportRecord> {
    const { line, file, channel, dependencies } = record;
    const isLast = (part: Part, { reference }: { reference: string }): boolean => this.#isLast(part, reference, row);
    const messages = (record.messages ?? []).filter(
      (message) => isLast('message', message) && this.#isBeforeParent(message, row),
    );
    const comments = (record.comments ?? []).filter(
      (comment) => isLast('comment', comment) && this.#isBeforeTask(comment, row),
    );
    const checklistItems = (record.checklistItems ?? []).filter(
      (item) => isLast('checklistItem', item) && this.#isBeforeTask(item, row),
    );
    const people = record.people.map(({ reference }) => this.#people.get(reference)!);
    const base = { line, people, isDeferred: true as const, ...(file !== undefined && { file }) };
    for (const { reference } of messages) this.#deferred.add(reference);
    if (messages.length > 0) yield { ...base, channel: channel!, messages };
    if (comments.length + checklistItems.length > 0) yield { ...base, comments, checklistItems };
    for (const unlessCycle of [false, true]) {
      const some = dependencies?.filter((each) => each.unlessCycle === unlessCycle) ?? [];
      if (some.length > 0) yield { ...base, people: [], dependencies: some };
    }
  }
}

/** Dependencies come last: first those that must be added, then those that are skipped if they close a cycle. */
const orderOf = ({ dependencies }: ImportRecord): number =>
  dependencies ? 1 + Number(dependencies[0]!.unlessCycle) : 0;

function* partsOf({
  time,
  messages = [],
  comments = [],
  checklistItems = [],
}: ImportRecord): Generator<[Part, string]> {
  if (time) yield ['time', time.reference];
  for (const { reference } of messages) yield ['message', reference];
  for (const { reference } of comments) yield ['comment', reference];
  for (const { reference } of checklistItems) yield ['checklistItem', reference];
}
