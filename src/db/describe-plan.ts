/** A node of the answer to `explain (format json)`, with the properties that are read here. */
interface PlanNode {
  'Node Type'?: unknown;
  'Relation Name'?: unknown;
  'Index Name'?: unknown;
  'Plan Rows'?: unknown;
  'Total Cost'?: unknown;
  Plans?: unknown;
}

const mostLines = 40;

/**
 * The steps of a query plan, one per line and indented by depth: the operation, its table and index, and the server's
 * estimates. Conditions are left out, because they quote values. After 40 lines the rest is cut off.
 */
export function describePlan(answer: unknown): string[] {
  const parsed: unknown = typeof answer === 'string' ? JSON.parse(answer) : answer;
  const [first] = Array.isArray(parsed) ? parsed : [];
  const lines: string[] = [];
  describe((first as { Plan?: unknown } | undefined)?.Plan, 0, lines);
  return lines.length > mostLines ? [...lines.slice(0, mostLines), '…'] : lines;
}

function describe(node: unknown, depth: number, lines: string[]): void {
  if (typeof node !== 'object' || node === null || lines.length > mostLines) return;
  const plan = node as PlanNode;
  const on = plan['Relation Name'] === undefined ? '' : ` on ${plan['Relation Name']}`;
  const by = plan['Index Name'] === undefined ? '' : ` by ${plan['Index Name']}`;
  const estimate = `(rows ${plan['Plan Rows']}, cost ${plan['Total Cost']})`;
  lines.push(`${'  '.repeat(depth)}${plan['Node Type']}${on}${by} ${estimate}`);
  for (const child of Array.isArray(plan.Plans) ? plan.Plans : []) describe(child, depth + 1, lines);
}
