import { monetaryAmount } from "@intercom-events/browser";
import { type ReactElement, useEffect, useState } from "react";
import { tracker } from "./tracker.ts";

export function TeaPot({ name, price }: { name: string; price: string }): ReactElement {
  const [status, setStatus] = useState("");

  useEffect(() => {
    tracker.track("viewed-tea-pot", { name });
  }, [name]);

  async function order(): Promise<void> {
    const outcome = await tracker.track("placed-order", {
      order_date: new Date(),
      price: monetaryAmount.fromDecimal(price, "eur"),
    });
    setStatus(outcome.status);
  }

  return (
    <section>
      <h1>{name}</h1>
      <button type="button" onClick={order}>
        Order for €{price}
      </button>
      <output>{status}</output>
    </section>
  );
}
