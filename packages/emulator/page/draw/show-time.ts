const time = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

/** The time of day, in milliseconds since 1970; `undefined` out of the calendar. */
export function showTime(at: number): string | undefined {
  return isTime(at) ? time.format(at) : undefined;
}

/** The day, in milliseconds since 1970; `undefined` out of the calendar. */
export function showDay(at: number): string | undefined {
  return isTime(at) ? day.format(at) : undefined;
}

/** Day, time and time zone, in milliseconds since 1970. */
export function showMoment(at: number): string {
  return isTime(at) ? whole.format(at) : String(at);
}

/** For `<time datetime>`. */
export function isoTime(at: number): string {
  return isTime(at) ? new Date(at).toISOString() : "";
}

function isTime(at: number): boolean {
  return Math.abs(at) <= 8_640_000_000_000_000;
}
