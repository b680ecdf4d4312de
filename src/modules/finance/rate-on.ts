interface Assignment {
  profileId: string;
  fromDate: string | null;
  toDate: string | null;
  saleRate: string | null;
}

/** The sale price of a day of a person: that of the assignment with a rate that holds on the day and began last. */
export function rateOn(
  assignments: readonly Assignment[],
  { profileId, workDate }: { profileId: string; workDate: string },
): string | undefined {
  const held = assignments.filter(
    (each) =>
      each.profileId === profileId &&
      each.saleRate !== null &&
      (each.fromDate ?? '') <= workDate &&
      workDate <= (each.toDate ?? '9999-12-31'),
  );
  const last = held.reduce<Assignment | undefined>(
    (best, each) => (best && (best.fromDate ?? '') >= (each.fromDate ?? '') ? best : each),
    undefined,
  );
  return last?.saleRate ?? undefined;
}
