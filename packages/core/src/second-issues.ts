import type { Issue } from "./issue.ts";

/** Seconds an event may be moved, so that Intercom keeps it apart from others of its contact and name. */
export const MAX_MOVE = 60;

/** The warning about an event that Intercom will take for another one. */
export const SECOND_TAKEN: Issue<"second_taken"> = {
  path: "createdAt",
  code: "second_taken",
  // Spelt out, as bundlers keep a text that is put together, even if nobody needs it.
  message: "createdAt is that of another event, and Intercom keeps one event of a contact, name and second",
};

/** The warning about an event that was moved. */
export function secondMoved(seconds: number): Issue<"second_moved"> {
  return {
    path: "createdAt",
    code: "second_moved",
    message: `createdAt was moved by ${seconds} s, as Intercom keeps one event of a contact, name and second`,
  };
}
