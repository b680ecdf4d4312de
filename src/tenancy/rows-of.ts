import type { AdminTx } from '../db/admin.ts';

/** The rows of a statement, in the shape that its text gives them. */
export async function rowsOf<T>(tx: AdminTx, text: string, parameters: readonly unknown[] = []): Promise<T[]> {
  // The driver cannot know the shape of the rows; whoever writes the text does
  return (await tx.run(text, parameters)) as unknown as T[];
}
