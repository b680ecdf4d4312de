import { board } from './board.ts';
import { chat } from './chat.ts';
import { deep } from './deep.ts';
import { mutation } from './mutation.ts';
import type { Operation } from './operation.ts';
import { point } from './point.ts';
import { report } from './report.ts';

/** Q1 to Q6, in the order in which they are measured: the one that writes comes last. */
export const operations: readonly Operation[] = [point, board, deep, chat, report, mutation];
