/**
 * The form under which names are equal: case is ignored, `.` and `$` become `-`
 * (the event model in Intercom's reference, 1.0 to 2.6).
 */
export function foldEventName(name: string): string {
  return name.toLowerCase().replace(/[.$]/g, "-");
}
