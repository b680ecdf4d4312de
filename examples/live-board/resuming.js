/**
 * A client of graphql-ws or graphql-sse whose subscriptions resume after their newest cursor when it has connected
 * again. The documents must have a variable `$after`.
 */
export const resuming = (client) => ({
  subscribe(request, sink) {
    // The client sends this object again whenever it has connected
    const variables = { ...request.variables };
    return client.subscribe(
      { ...request, variables },
      {
        next(result) {
          const [frame] = Object.values(result.data ?? {});
          if (frame?.cursor) variables.after = frame.cursor;
          sink.next(result);
        },
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      },
    );
  },
});
