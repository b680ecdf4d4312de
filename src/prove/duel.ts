import { randomBytes } from 'node:crypto';
import type { Admin } from '../db/admin.ts';
import { type Answer, codesOf, type Question, send } from './ask.ts';
import type { ScratchCompany } from './company.ts';
import { strangersIn } from './strangers.ts';
import type { AttackedServer, ProofTarget } from './target.ts';

/** An attack that succeeded, or that could not be judged. */
export interface Finding {
  /** What was tried. */
  attack: string;
  /** The slug of the organization that tried it. */
  by: string;
  what: string;
}

/** One kind of attack. */
export interface AttackGroup {
  name: string;
  /** What is tried, for the report. */
  about: string;
  /** What the victim itself does before: its data is compared with how this leaves it. */
  prepare?(duel: Duel): Promise<void>;
  attack(duel: Duel): Promise<void>;
}

/** Of one duel: more say no more. */
const mostFindings = 500;

/** One organization's attacks of one kind on the other. */
export class Duel {
  readonly target: ProofTarget;
  readonly admin: Admin;
  readonly attacker: ScratchCompany;
  readonly victim: ScratchCompany;
  /** Of this duel alone. */
  readonly tag = randomBytes(4).toString('hex');
  readonly findings: Finding[] = [];
  /** Things that the report says beside numbers. */
  readonly notes: string[] = [];
  attempts = 0;

  constructor(target: ProofTarget, admin: Admin, attacker: ScratchCompany, victim: ScratchCompany) {
    this.target = target;
    this.admin = admin;
    this.attacker = attacker;
    this.victim = victim;
  }

  found(attack: string, what: string): void {
    if (this.findings.length < mostFindings) this.findings.push({ attack, by: this.attacker.tenant.slug, what });
  }

  /** Counts an attack that must have come to nothing: `bad` says that it did not. */
  judge(attack: string, bad: boolean, what: string): void {
    this.attempts++;
    if (bad) this.found(attack, what);
  }

  /** Sends an operation. Whatever it answers, nothing of the victim may stand in it, and nothing may be unexpected. */
  async ask(attack: string, server: AttackedServer, question: Question): Promise<Answer> {
    this.attempts++;
    const answer = await send(server, question);
    const sent = JSON.stringify([question.query, question.variables]);
    const strangers = strangersIn(answer.text, this.victim, sent);
    if (strangers.length > 0) this.found(attack, `the answer shows ${strangers.slice(0, 3).join(', ')}`);
    if (codesOf(answer).some((code) => code === 'INTERNAL' || code === 'NO_JSON') || answer.status >= 500) {
      this.found(attack, `answered ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    return answer;
  }

  /**
   * Asks the same with something of the victim and with something that does not exist: the answers must not differ, or
   * whoever asks learns that the first one exists.
   */
  async askBoth(
    attack: string,
    server: AttackedServer,
    [theirs, unknown]: readonly [string, string],
    question: (value: string) => Question,
  ): Promise<Answer> {
    const answer = await this.ask(attack, server, question(theirs));
    const other = await this.ask(attack, server, question(unknown));
    if (sense(answer, theirs) !== sense(other, unknown))
      this.found(attack, `tells what exists: ${answer.text.slice(0, 200)}`);
    return answer;
  }
}

/** What an answer says, whatever value it was asked with. */
const sense = ({ data, errors }: Answer, value: string): string =>
  JSON.stringify({ data, errors }, (key, each) => (key === 'errorId' ? undefined : each)).replaceAll(value, 'VALUE');
