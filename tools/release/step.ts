/** What ran: seconds, and what went wrong. */
export interface StepRow {
  readonly what: string;
  readonly seconds: number;
  readonly result: "ok" | "failed";
}

/** All steps that have ended, for the table at the end. */
export const rows: StepRow[] = [];

/** Does a part of the work, and says how it went. @throws what it throws, after it was printed */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const end = (result: StepRow["result"]): void => {
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    rows.push({ what, seconds, result });
    console.log(`${result === "ok" ? "ok  " : "FAIL"} ${what} (${seconds} s)`);
  };
  try {
    const answer = await work();
    end("ok");
    return answer;
  } catch (error) {
    end("failed");
    console.error(error instanceof Error ? error.message : error);
    throw error;
  }
}
