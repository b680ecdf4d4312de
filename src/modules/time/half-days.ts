/**
 * The half days of work in these hours: 0, 1 or 2, rounded half up, of a working day of `hoursPerDay`. Both are
 * decimals with two digits after the point.
 */
export function halfDaysOf(hours: string, hoursPerDay: string): number {
  const [worked, day] = [hundredths(hours), hundredths(hoursPerDay)];
  // Whole numbers: floor(2 · worked / day + 1/2)
  return Math.min(2, Math.floor((4 * worked + day) / (2 * day)));
}

const hundredths = (hours: string): number => Math.round(Number(hours) * 100);
