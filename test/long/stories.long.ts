/** More stories than the suite has time for: `LONG=1 STORIES=200 SEED=7 npx vitest run stories`. */
process.env.STORIES ??= '100';
await import('../lifecycle/stories.test.ts');
