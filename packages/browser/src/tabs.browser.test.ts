import { expect, test } from "vitest";
import { freshName } from "../test/outbox-page.ts";
import { createTabs, type TabMessage } from "./tabs.ts";

test("a tab that has left still tells the others, and hears nothing", async () => {
  const name = freshName();
  const heard: TabMessage[] = [];
  const missed: TabMessage[] = [];
  const staying = createTabs(
    name,
    () => undefined,
    (message) => heard.push(message),
  );
  const leaving = createTabs(
    name,
    () => undefined,
    (message) => missed.push(message),
  );
  staying.joinGroup();
  leaving.joinGroup();
  leaving.leaveGroup();
  leaving.tell({ cleared: true });
  staying.tell({ fresh: true });
  await expect.poll(() => heard).toEqual([{ cleared: true }]);
  expect(missed).toEqual([]);
  staying.leaveGroup();
});
