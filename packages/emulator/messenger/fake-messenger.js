/*
 * Stands in for Intercom's Messenger script, served at /widget/<app_id>.
 *
 * It takes over the stub that the page's snippet, or @intercom/messenger-js-sdk, left in
 * `window.Intercom`, replays the calls queued in the stub's `q`, and sends tracked events to
 * the emulator it was loaded from. Nothing is shown.
 */
(() => {
  const stub = window.Intercom;
  // A second copy of the script leaves the Messenger that is there alone: only a stub has a queue.
  if (typeof stub === "function" && !stub.q) return;

  const { origin } = new URL(document.currentScript.src);
  let settings = null; // null: not booted
  let visitorId = null;

  function cookieName() {
    return `intercom-id-${settings.app_id}`;
  }

  /** The visitor's id lives in a cookie of the page, so it is the same on the next page. */
  function getVisitorId() {
    if (!settings) return undefined;
    const prefix = `${cookieName()}=`;
    const cookie = document.cookie.split("; ").find((part) => part.startsWith(prefix));
    visitorId = cookie?.slice(prefix.length) || visitorId || newVisitorId();
    // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store is neither synchronous nor everywhere.
    document.cookie = `${prefix}${visitorId}; path=/; max-age=${270 * 24 * 3600}; samesite=lax`;
    return visitorId;
  }

  // crypto.randomUUID is missing on pages that are neither https nor loopback.
  function newVisitorId() {
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function boot(given) {
    const merged = { ...window.intercomSettings, ...given };
    if (!merged.app_id) {
      console.error("Intercom Messenger error: boot needs an app_id");
      return;
    }
    settings = merged;
    intercom.booted = true;
    getVisitorId();
  }

  function shutdown() {
    // biome-ignore lint/suspicious/noDocumentCookie: as above.
    if (settings) document.cookie = `${cookieName()}=; path=/; max-age=0`;
    settings = null;
    visitorId = null;
    intercom.booted = false;
  }

  function trackEvent(name, metadata) {
    if (!settings) {
      // What an un-booted Messenger says (github.com/intercom/intercom-rails/issues/261). The event is lost.
      console.error("TypeError: Cannot read property 'appId' of null");
      return;
    }
    if (metadata != null && (typeof metadata !== "object" || Array.isArray(metadata))) {
      console.error("Event metadata must be an object"); // github.com/CaliStyle/ng-intercom/issues/77
      return;
    }
    const event = metadata == null ? { event_name: name } : { event_name: name, metadata };
    post({ event_list: JSON.stringify({ data: [event] }) });
  }

  /** Form-encoded like Intercom's own, which also makes it a request without a preflight. */
  function post(fields) {
    const body = new URLSearchParams({ app_id: settings.app_id, ...fields });
    if (settings.user_id) body.set("user_id", String(settings.user_id));
    if (settings.email) body.set("email", settings.email);
    body.set("visitor_id", getVisitorId());
    fetch(`${origin}/messenger/web/events`, {
      method: "POST",
      body,
      credentials: "omit",
      keepalive: true,
    }).then(
      async (reply) => {
        if (!reply.ok) console.error(`Intercom: ${reply.status} ${await reply.text()}`);
      },
      (error) => console.error("Intercom: the event could not be sent", error),
    );
  }

  const methods = {
    boot,
    shutdown,
    trackEvent,
    getVisitorId,
    update(given) {
      if (settings) settings = { ...settings, ...given };
    },
    ready(callback) {
      callback();
    },
  };

  // Other methods (show, hide, onShow …) concern what is on the screen, and nothing is.
  function intercom(method, ...rest) {
    return Object.hasOwn(methods, method) ? methods[method](...rest) : undefined;
  }

  intercom.booted = false;
  window.Intercom = intercom;
  if (window.intercomSettings?.app_id) boot();
  for (const call of stub?.q ?? []) intercom(...call);
})();
