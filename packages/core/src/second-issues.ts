import type { Issue } from "./issue.ts";

/** Seconds an event may be moved, so that Intercom keeps it apart from others of its contact and name. */
export const MAX_MOVE = 60;

/** The warning about an event that Intercom will take for another one. */
export const SECOND_TAKEN: Issue<"second_taken"> = {
  path: "createdAt",
  code: "second_taken",
  message:
    "createdAt is the second of another event of this contact and name, which Intercom takes for the same and keeps only one of",
};

/** The warning about an event that was moved. */
export function secondMoved(seconds: number): Issue<"second_moved"> {
  const message = `createdAt was moved by ${seconds} s, as Intercom takes events of one contact, name and second for the same`;
  return { path: "createdAt", code: "second_moved", message };
}
