import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { isAtRisk, isLate, isReached, type Schedule } from './health.ts';

/** A milestone's schedule, and the milestones that must be finished before it starts. */
export interface PlannedMilestone extends Schedule {
  id: string;
  /** The day on which it was reached; null if it is open. */
  completedOn: string | null;
  dependsOn: readonly string[];
}

/** A milestone in the plan. Days are calendar days, both ends inclusive. */
export interface PlanEntry {
  id: string;
  projectedStart: string;
  projectedFinish: string;
  /** The last day on which it may finish without delaying the whole plan; null if it is reached. */
  latestFinish: string | null;
  /** Days that it may slip without delaying the whole plan; null if it is reached. */
  slackDays: number | null;
  isCritical: boolean;
  isLate: boolean;
  isAtRisk: boolean;
}

interface Node {
  milestone: PlannedMilestone;
  before: Node[];
  after: Node[];
  start: number;
  finish: number;
  latestFinish: number;
}

const isDone = ({ milestone }: Node): boolean => isReached(milestone);

/**
 * The critical path method over milestones whose dependencies have no cycle. A milestone keeps its length. It starts on
 * its own first day, or the day after the last of its dependencies; an open one does not finish before today. It is
 * critical if any slip moves the end of the plan. It is at risk if it is behind schedule, or if its dependencies push
 * it past its due day. Entries are ordered by projected finish.
 */
export function planMilestones(milestones: readonly PlannedMilestone[], today: string): PlanEntry[] {
  const order = inDependencyOrder(milestones);
  for (const node of order) project(node, toDayNumber(today));
  const end = order.reduce((last, { finish }) => Math.max(last, finish), Number.NEGATIVE_INFINITY);
  for (const node of order.toReversed()) node.latestFinish = latestFinishOf(node, end);
  return order.toSorted((a, b) => a.finish - b.finish || a.start - b.start).map((node) => entryOf(node, today));
}

/** Orders milestones after their dependencies. Ignores dependencies on other milestones. */
function inDependencyOrder(milestones: readonly PlannedMilestone[]): Node[] {
  const nodes = new Map<string, Node>();
  for (const milestone of milestones) {
    nodes.set(milestone.id, { milestone, before: [], after: [], start: 0, finish: 0, latestFinish: 0 });
  }
  for (const node of nodes.values()) {
    node.before = node.milestone.dependsOn.flatMap((id) => nodes.get(id) ?? []);
    for (const before of node.before) before.after.push(node);
  }
  const waiting = new Map([...nodes.values()].map((node) => [node, node.before.length]));
  const order = [...nodes.values()].filter((node) => node.before.length === 0);
  for (const node of order) {
    for (const next of node.after) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

function project(node: Node, today: number): void {
  const { startDate, dueDate, completedOn } = node.milestone;
  const [start, due] = [toDayNumber(startDate), toDayNumber(dueDate)];
  if (isDone(node)) {
    node.finish = completedOn ? toDayNumber(completedOn) : due;
    node.start = Math.min(start, node.finish);
    return;
  }
  node.start = node.before.reduce((latest, { finish }) => Math.max(latest, finish + 1), start);
  node.finish = Math.max(node.start + due - start, today);
}

/** The day before the latest start of its open dependents, or the end of the plan. */
function latestFinishOf(node: Node, end: number): number {
  const open = node.after.filter((next) => !isDone(next));
  return open.reduce(
    (least, { latestFinish, start, finish }) => Math.min(least, latestFinish - (finish - start) - 1),
    end,
  );
}

function entryOf(node: Node, today: string): PlanEntry {
  const { milestone, start, finish, latestFinish } = node;
  const done = isDone(node);
  const late = isLate(milestone, today);
  return {
    id: milestone.id,
    projectedStart: fromDayNumber(start),
    projectedFinish: fromDayNumber(finish),
    latestFinish: done ? null : fromDayNumber(latestFinish),
    slackDays: done ? null : latestFinish - finish,
    isCritical: !done && latestFinish === finish,
    isLate: late,
    isAtRisk: !done && !late && (isAtRisk(milestone, today) || finish > toDayNumber(milestone.dueDate)),
  };
}
