export type CheckName =
  | 'database'
  | 'migrations'
  | 'drift'
  | 'roles'
  | 'rights'
  | 'settings'
  | 'locale'
  | 'names'
  | 'orphans'
  | 'quarantine'
  | 'spares'
  | 'backups'
  | 'moves'
  | 'fences'
  | 'clock'
  | 'budget';

/** A deviation. A PROBLEM must be repaired; a WARNING may become one. */
export interface Finding {
  check: CheckName;
  severity: 'PROBLEM' | 'WARNING';
  /** The name of the database concerned; absent for the installation. */
  database?: string;
  /** The object concerned: a schema, a role, a setting. */
  subject: string;
  message: string;
}

type Found = Omit<Finding, 'severity' | 'check'>;

/** Collects the findings of one check. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #check: CheckName;
  readonly #database: string | undefined;

  constructor(check: CheckName, database?: string) {
    this.#check = check;
    this.#database = database;
  }

  problem(subject: string, message: string): void {
    this.#note('PROBLEM', { subject, message });
  }

  warning(subject: string, message: string): void {
    this.#note('WARNING', { subject, message });
  }

  #note(severity: Finding['severity'], found: Found): void {
    this.all.push({
      check: this.#check,
      severity,
      ...(this.#database !== undefined && { database: this.#database }),
      ...found,
    });
  }
}
