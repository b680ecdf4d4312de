import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, getOperationAST, Kind } from 'graphql';
import type { Plans } from '../../graphql/compile/plans.ts';
import { type AnswerHead, Context, type GraphRequest } from '../../graphql/context.ts';
import { executeOperation } from '../../graphql/execute/execute-operation.ts';
import { maskError } from '../../graphql/execute/mask-error.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { decodeChangesCursor } from '../../modules/events/changes/changes-cursor.ts';
import { type OnOperation, reportOperation } from '../metrics/operation-done.ts';
import { type AdmissionOptions, admit } from '../request/admit.ts';
import type { OpenedDocument } from '../request/document-gate.ts';
import type { RequestHead } from '../request/head.ts';
import { afterCursor, cursorVariable } from './after-cursor.ts';
import { FollowedChanges, type Frame } from './followed-changes.ts';
import type { Handshakes } from './handshakes.ts';
import { mostSubscriptions } from './limits.ts';
import type { LogWatch } from './log-watch.ts';
import type { Online } from './online.ts';
import { frameKey, groupKey, operationKey, shareReadOf } from './share-key.ts';
import { SharedFrames } from './shared-frames.ts';
import type { SubscriptionMeter, Transport } from './subscription-meter.ts';

interface SubscriptionsOptions extends AdmissionOptions {
  watch: LogWatch;
  handshakes: Handshakes;
  online: Online;
  meter: SubscriptionMeter;
  plans?: Plans;
  onOperation?: OnOperation | undefined;
  logger: Logger;
  /** Aborts when the server stops: then nobody is admitted. */
  ending: AbortSignal;
}

/** The subscriptions of one process. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #frames = new SharedFrames();
  readonly #byMember = new Map<string, number>();
  #count = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Admits a subscription like a query and follows what it selects. Throws what admission throws, RATE_LIMITED when
   * there are too many, and UNAVAILABLE when too many begin at the same time or the server stops.
   */
  start(
    args: ExecutionArgs,
    head: RequestHead,
    opened: Pick<OpenedDocument, 'registered' | 'request'>,
    transport: Transport,
  ): Promise<FollowedChanges> {
    const { handshakes, onOperation } = this.#options;
    return reportOperation(onOperation, args, (setTenant) =>
      handshakes.run(head.address ?? 'unknown', async () => {
        const admitted = await this.#admit(args, head, opened);
        setTenant(admitted.tenant);
        return this.#follow(args, head, admitted, transport);
      }),
    );
  }

  async #admit(
    args: ExecutionArgs,
    head: RequestHead,
    opened: Pick<OpenedDocument, 'registered' | 'request'>,
  ): Promise<GraphRequest> {
    if (this.#options.ending.aborted) throw new AppError('UNAVAILABLE', 'The server is stopping', { retryAfter: 1 });
    const operation = getOperationAST(args.document, args.operationName)!;
    if (operation.selectionSet.selections.some(({ kind }) => kind !== Kind.FIELD)) throw fragmentError();
    return admit(args, head, this.#options, opened);
  }

  #follow(args: ExecutionArgs, head: RequestHead, admitted: GraphRequest, transport: Transport): FollowedChanges {
    const operation = getOperationAST(args.document, args.operationName)!;
    const { document, variables } = afterCursor(args.document, operation);
    const given = Object.entries(args.variableValues ?? {}).filter(([name]) => variables.has(name));
    const next = { ...args, document, variableValues: Object.fromEntries(given) };
    const { viewer } = new Context(admitted);
    const member = viewer.membershipId;
    this.#take(member);
    const { meter, reader, watch, online, logger } = this.#options;
    const leave = online.enter(viewer);
    meter.opened(transport);
    const following = watch.follow(admitted.tenant!);
    const key = operationKey(document, args.operationName, next.variableValues);
    const firstKey = operationKey(args.document, args.operationName, args.variableValues);
    return new FollowedChanges({
      log: following.log,
      authenticate: () => reader.resolve(head),
      checkRights: (request, cursor) => void decodeChangesCursor(cursor, new Context(request).viewer),
      resultOf: (error) => ({ errors: [maskError(error, logger)] }),
      onFrame: () => meter.sent(transport),
      onEnd: (reason) => {
        meter.ended(transport, reason);
        following[Symbol.dispose]();
        leave();
        this.#release(member);
      },
      read: (request, last) => {
        const { log } = following;
        if (last === undefined) {
          const group = groupKey(request, firstKey);
          return this.#frames.next(group, group, request, (of) => log.first(() => this.#read(of, args)));
        }
        if (last.changed) return this.#read(request, args);
        const { cursor } = last;
        const variableValues = { ...next.variableValues, [cursorVariable]: cursor };
        const read = (of: GraphRequest): Promise<Frame> =>
          this.#read({ ...of, shareRead: shareReadOf(log, of) }, { ...next, variableValues });
        const group = groupKey(request, key);
        return this.#frames.next(group, `${group} ${cursor}`, request, (of) =>
          of.decisions ? read(of) : log.share(frameKey(of, key, cursor), () => read(of)),
        );
      },
    });
  }

  async #read(request: GraphRequest, args: ExecutionArgs): Promise<Frame> {
    const answer: AnswerHead = { replayed: false };
    const contextValue = new Context({ ...request, answer, signal: undefined });
    const { plans, logger } = this.#options;
    const run = (given: ExecutionArgs) => execute(given) as ExecutionResult | Promise<ExecutionResult>;
    const result = await executeOperation({ ...args, contextValue }, run, { ...(plans && { plans }) });
    const errors = result.errors?.map((error) => maskError(error, logger));
    return { result: errors ? { ...result, errors } : result, followed: answer.followed };
  }

  #take(member: string): void {
    const own = this.#byMember.get(member) ?? 0;
    if (own >= mostSubscriptions.member || this.#count >= mostSubscriptions.process) {
      throw new AppError('RATE_LIMITED', 'There are too many subscriptions: end others first', { retryAfter: 5 });
    }
    this.#byMember.set(member, own + 1);
    this.#count++;
  }

  #release(member: string): void {
    const own = this.#byMember.get(member)! - 1;
    if (own === 0) this.#byMember.delete(member);
    else this.#byMember.set(member, own);
    this.#count--;
  }
}

const fragmentError = (): GraphQLError =>
  new GraphQLError('Select the field of a subscription in the operation itself, not in a fragment', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
