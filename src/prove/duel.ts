import { randomBytes } from 'node:crypto';
import type { Admin } from '../db/admin.ts';
import { type Answer, codesOf, type Question, send, sendExport } from './ask.ts';
import { leaksIn } from './leaks.ts';
import type { ScratchOrganization } from './scratch-organization.ts';
import type { AttackedServer, ProofTarget } from './target.ts';

/** An attack that succeeded, or that could not be judged. */
export interface Finding {
  /** Describes the attack. */
  attack: string;
  /** The slug of the organization that tried it. */
  by: string;
  what: string;
}

/** One kind of attack. */
export interface AttackGroup {
  name: string;
  /** The property that must hold, for the report. */
  about: string;
  /** Runs before the victim's checksums are taken, for changes that the victim makes itself. */
  prepare?(duel: Duel): Promise<void>;
  attack(duel: Duel): Promise<void>;
}

/** Limit for one duel: more would not add information. */
const maxFindings = 500;

/** The attacks of one kind by one organization on the other. */
export class Duel {
  readonly target: ProofTarget;
  readonly admin: Admin;
  readonly attacker: ScratchOrganization;
  readonly victim: ScratchOrganization;
  /** Unique to this duel. */
  readonly tag = randomBytes(4).toString('hex');
  readonly findings: Finding[] = [];
  /** Remarks for the report. */
  readonly notes: string[] = [];
  attempts = 0;

  constructor(target: ProofTarget, admin: Admin, attacker: ScratchOrganization, victim: ScratchOrganization) {
    this.target = target;
    this.admin = admin;
    this.attacker = attacker;
    this.victim = victim;
  }

  found(attack: string, what: string): void {
    if (this.findings.length < maxFindings) this.findings.push({ attack, by: this.attacker.tenant.slug, what });
  }

  /** Counts an attack; reports a finding if it succeeded (`bad`). */
  judge(attack: string, bad: boolean, what: string): void {
    this.attempts++;
    if (bad) this.found(attack, what);
  }

  /** Sends an operation. The answer must not contain data of the victim or an unexpected error. */
  async ask(attack: string, server: AttackedServer, question: Question): Promise<Answer> {
    return this.#checked(attack, question, await send(server, question));
  }

  /** The same for an export of the operation. */
  async askExport(attack: string, server: AttackedServer, question: Question): Promise<Answer> {
    return this.#checked(attack, question, await sendExport(server, question));
  }

  #checked(attack: string, question: Question, answer: Answer): Answer {
    this.attempts++;
    const sent = JSON.stringify([question.query, question.variables]);
    const leaks = leaksIn(answer.text, this.victim, sent);
    if (leaks.length > 0) this.found(attack, `the answer shows ${leaks.slice(0, 3).join(', ')}`);
    if (codesOf(answer).some((code) => code === 'INTERNAL' || code === 'NO_JSON') || answer.status >= 500) {
      this.found(attack, `answered ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    return answer;
  }

  /**
   * Sends the same request with a value of the victim and with one that does not exist. The answers must be equal:
   * otherwise the attacker learns that the first one exists.
   */
  async askBoth(
    attack: string,
    server: AttackedServer,
    [theirs, unknown]: readonly [string, string],
    question: (value: string) => Question,
  ): Promise<Answer> {
    const answer = await this.ask(attack, server, question(theirs));
    const other = await this.ask(attack, server, question(unknown));
    if (comparable(answer, theirs) !== comparable(other, unknown))
      this.found(attack, `tells what exists: ${answer.text.slice(0, 200)}`);
    return answer;
  }
}

/** The content of an answer without the value that was sent and error ids. */
const comparable = ({ data, errors }: Answer, value: string): string =>
  JSON.stringify({ data, errors }, (key, each) => (key === 'errorId' ? undefined : each)).replaceAll(value, 'VALUE');
