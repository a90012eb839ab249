/** Stands in for `remark-on-reply.ts` in pages that are published. */
export function remarkOnReply(): void {}
