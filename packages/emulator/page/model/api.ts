/** Calls a control endpoint; the emulator's own words are the error's message. @throws Error */
export async function callControl<Answer>(
  target: string,
  init: { readonly method?: string; readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const { method = "GET", body, signal } = init;
  let reply: Response;
  try {
    reply = await fetch(`/_emulator/${target}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error("The emulator does not answer. Is it still running?", { cause: error });
  }
  const text = await reply.text();
  const answer: unknown = text === "" ? undefined : JSON.parse(text);
  if (!reply.ok)
    throw new Error((answer as { error?: string } | undefined)?.error ?? `Status ${reply.status}`);
  return answer as Answer;
}
