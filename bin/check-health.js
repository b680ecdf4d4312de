// For the container's HEALTHCHECK: ends well while the server beside it answers.
const address = `http://127.0.0.1:${process.env.PORT || 4000}/health/live`;
try {
  const answer = await fetch(address, { signal: AbortSignal.timeout(2500) });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
} catch (error) {
  console.error(`${address}: ${error.message}`);
  process.exitCode = 1;
}
