import type { ReactElement } from "react";
import { order } from "./order.ts";
import { TrackView } from "./track-view.tsx";

export default function Page(): ReactElement {
  return (
    <form action={order}>
      <TrackView name="Tea pot" />
      <h1>Tea pot</h1>
      <button type="submit">Order for €349.99</button>
    </form>
  );
}
