/** An answer that comes when the test says so. */
export function promised<Value>(): { promise: Promise<Value>; resolve(value: Value): void } {
  let resolve = (_value: Value): void => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
