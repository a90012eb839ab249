import type { JSX } from "preact";
import type { RecordedRequest } from "../../src/request-log.ts";
import { explainRefusal } from "../draw/explain-refusal.ts";
import { markField } from "../draw/mark-field.ts";
import { isoTime, showMoment } from "../draw/show-time.ts";
import { CopyButton } from "./copy-button.tsx";

/** A request as it came, and what became of it. */
export function RequestDetails({ request }: { readonly request: RecordedRequest }): JSX.Element {
  const { at, requestId, method, path, headers, body, status } = request;
  return (
    <>
      <h2>
        {method} {path}
      </h2>
      <Outcome request={request} />
      <dl class="facts">
        <dt>Received</dt>
        <dd>
          <time dateTime={isoTime(at)}>{showMoment(at)}</time>
        </dd>
        <dt>Status</dt>
        <dd>{status ?? "none: the connection was reset"}</dd>
        <dt>Request id</dt>
        <dd class="code">{requestId}</dd>
      </dl>
      <h3>Body</h3>
      <Body body={body} field={request.field} />
      <h3>Headers</h3>
      <table class="metadata">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(headers).map(([name, value]) => (
            <tr key={name} class={name === request.field?.toLowerCase() ? "wrong" : ""}>
              <th scope="row">{name}</th>
              <td class="code">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Outcome({ request }: { readonly request: RecordedRequest }): JSX.Element {
  const { result, reason, field } = request;
  const explanation =
    result === "duplicate"
      ? "An event of this contact, name and second is stored already. Intercom answers 202 all the same."
      : explainRefusal(request);
  return (
    <div class={`outcome ${result}`}>
      <span class={`badge ${result}`}>{result}</span>{" "}
      {reason && (
        <>
          reason <code>{reason}</code>{" "}
        </>
      )}
      {field && (
        <>
          field <code>{field}</code>
        </>
      )}
      {explanation && <p>{explanation}</p>}
    </div>
  );
}

function Body({ body, field }: { readonly body: string; readonly field: string | undefined }): JSX.Element {
  if (body === "") return <p class="hint">Empty.</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it. */}
      <pre class="body" tabIndex={0}>
        {markField(body, field).map(({ text, marked }, index) =>
          marked ? <mark key={index}>{`${text}\n`}</mark> : `${text}\n`,
        )}
      </pre>
      <CopyButton text={body} label="Copy body" />
    </>
  );
}
