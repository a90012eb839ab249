import type { Announcer } from "./create-announcer.ts";
import type { Answer, Reply } from "./read-reply.ts";

/** Statuses that proxies answer as well, while a relay is behind them. */
const PASSING: readonly number[] = [408, 413, 425, 429];

/** Characters of a reply that are shown. */
const SHOWN = 200;

/**
 * Says that an address answers as no relay does, where that looks like a mistake: its events are sent again and again as
 * if it had broken down. In pages that are published `remark-on-reply.production.ts` takes the place of this file.
 */
export function remarkOnReply(
  { status, text }: Reply,
  answer: Answer | readonly Answer[],
  url: string,
  complain: Announcer["complain"],
): void {
  if (Array.isArray(answer) || status >= 500 || PASSING.includes(status)) return;
  if (!("verdict" in answer) || !("errors" in answer.verdict)) return;
  // With a code that is none of a relay it comes again as well.
  if (answer.verdict.errors.length > 0 && answer.verdict.kind !== "server_error") return;
  complain(`${url} answered ${status}, and not as a relay does: is the relay mounted there?`, {
    status,
    text: text.slice(0, SHOWN),
  });
}
