import { expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { EVENT, startClient, turn } from "../tests/start-client.ts";

test("what the first calls of one client hear is enough for the others of its token", async () => {
  const clock = fakeClock();
  const [first, other] = [startClient({ clock, token: "shared" }), startClient({ clock, token: "shared" })];
  for (let index = 0; index < 10; index += 1) {
    first.client.track({ ...EVENT, userId: `${index}` });
    other.client.track({ ...EVENT, userId: `other-${index}` });
  }
  await turn();
  expect([first.intercom.sent.length, other.intercom.sent.length]).toEqual([4, 0]);
  clock.advance(1000);
  await turn();
  expect(other.intercom.sent).toHaveLength(0);
  // Each reply allows one more call at the same time, so that twenty take a few rounds.
  for (let round = 0; round < 3; round += 1) {
    for (const { intercom } of [first, other]) for (const request of intercom.open()) request.reply(202);
    await turn();
    clock.advance(100);
    await turn();
  }
  expect([first.intercom.sent.length, other.intercom.sent.length]).toEqual([10, 10]);
  await Promise.all([first, other].map(({ client }) => client.close({ timeout: 0 })));
});
