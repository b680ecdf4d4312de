import type { ExecutionResult } from 'graphql';
import type { Text } from './plan.ts';

/** A result that is already JSON text. It is parsed only when something reads its `data`. */
export interface TextResult extends ExecutionResult {
  stringify(): string;
}

export function resultOf(answer: Text): TextResult {
  const result = {
    get data() {
      return (JSON.parse(answer.toString()) as { data: Record<string, unknown> }).data;
    },
    extensions: undefined as Record<string, unknown> | undefined,
    stringify: () => {
      const text = answer.toString();
      return result.extensions ? `${text.slice(0, -1)},"extensions":${JSON.stringify(result.extensions)}}` : text;
    },
  };
  return result;
}
