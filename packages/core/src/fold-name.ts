/**
 * An event name as Intercom folds it (event model, API versions 1.0 to 2.6). For packages that build on
 * core.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[.$]/g, "-");
}
