// Generated from spec/openapi.yaml by generate.ts. Do not edit; run `pnpm generate`.

export interface paths {
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the events of a contact
         * @description Answers the events of the last 90 days, newest first, or with `summary=true` how often
         *     each event happened. One of `user_id`, `email` and `intercom_user_id` names the contact;
         *     a lead only answers to `intercom_user_id`.
         *
         *     `pages.next` is the whole address of the next page, with parameters of its own; it is
         *     absent on the last page.
         */
        get: operations["listEvents"];
        put?: never;
        /**
         * Submit a data event
         * @description Records that a contact did something at a certain second. The contact must exist:
         *     an event never creates one.
         *
         *     Intercom may detect and ignore a duplicate, which is an event of the same workspace,
         *     contact, event name and `created_at`; its metadata plays no part. A duplicate is
         *     answered like any other event and counts against the rate limit.
         */
        post: operations["createEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/summaries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set how often an event happened
         * @description Seeds the count, the first and the last time of an event of a user, for instance after
         *     a migration. Only `user_id` can name the contact.
         */
        post: operations["createEventSummary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Seconds since 1970-01-01T00:00:00Z. A number of 12 digits or more is a time in milliseconds.
         * @example 1671028894
         */
        UnixSeconds: number;
        ContactUserId: {
            /**
             * @description The contact's id in your own system (Intercom's `external_id`).
             * @example 314159
             */
            user_id: string;
        };
        ContactEmail: {
            /**
             * @description The contact's e-mail address.
             * @example frodo.baggins@example.com
             */
            email: string;
        };
        ContactId: {
            /**
             * @description Intercom's own id of the contact; the only way to name a lead.
             * @example 63a0979a5eeebeaf28dd56ba
             */
            id: string;
        };
        /**
         * @description At least one of `id`, `user_id` and `email`. Which one counts when several are sent is
         *     not documented; `id`, then `user_id`, then `email` is assumed.
         */
        CreateEventRequest: {
            /**
             * @description What happened, best as a verb in the past tense and a noun. Case is ignored; `.`
             *     and `$` become `-`. A workspace may have 120 active names.
             * @example invited-friend
             */
            event_name: string;
            created_at: components["schemas"]["UnixSeconds"];
            metadata?: components["schemas"]["Metadata"];
        } & (components["schemas"]["ContactUserId"] | components["schemas"]["ContactEmail"] | components["schemas"]["ContactId"]);
        /**
         * @description Up to 10 keys are tracked, in the order sent, and the others ignored (a help article says
         *     20). Keys are case-insensitive and hold no `.`, `$`, quote or most other punctuation. A key
         *     that ends in `_date` with a number is shown as a date.
         */
        Metadata: {
            [key: string]: components["schemas"]["MetadataValue"];
        };
        /**
         * @description A string (a web address is shown as a link), a number, a boolean, a rich link or a
         *     monetary amount. Nothing is nested deeper, and there are no lists.
         */
        MetadataValue: string | number | boolean | components["schemas"]["RichLink"] | components["schemas"]["MonetaryAmount"];
        /** @description A link with a text of its own. */
        RichLink: {
            /**
             * @description Where the link leads.
             * @example https://example.org/orders/3434-3434
             */
            url: string;
            /**
             * @description The text that is shown.
             * @example 3434-3434
             */
            value: string;
        };
        /** @description An amount of money. */
        MonetaryAmount: {
            /**
             * @description In the currency's minor unit, for instance cents. Documented as positive.
             * @example 34999
             */
            amount: number;
            /**
             * @description ISO 4217 code in lower case.
             * @example eur
             */
            currency: string;
        };
        Event: {
            /** @constant */
            type: "event";
            /** @description The event's own id. */
            id: string;
            /** @description The name it was submitted under. */
            event_name: string;
            created_at: components["schemas"]["UnixSeconds"];
            /** @description The contact's id in your own system. */
            user_id?: string | null;
            /** @description The contact's e-mail address. */
            email?: string | null;
            /** @description Intercom's own id of the contact. */
            intercom_user_id?: string | null;
            metadata?: components["schemas"]["Metadata"];
        };
        EventList: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "event.list";
            events: components["schemas"]["Event"][];
            pages?: components["schemas"]["EventPages"];
        };
        EventPages: {
            /**
             * Format: uri
             * @description The next page, with older events; absent on the last one.
             */
            next?: string;
            /**
             * Format: uri
             * @description Where to ask later for newer events.
             */
            since?: string;
        };
        EventSummaryList: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "event.summary";
            /** @description The contact's id in your own system. */
            user_id?: string | null;
            /** @description The contact's e-mail address. */
            email?: string | null;
            /** @description Intercom's own id of the contact. */
            intercom_user_id?: string | null;
            events: components["schemas"]["EventSummary"][];
        };
        EventSummary: {
            /** @description The event's name. */
            name: string;
            /**
             * Format: date-time
             * @description When it first happened.
             */
            first: string;
            /**
             * Format: date-time
             * @description When it last happened.
             */
            last: string;
            /** @description How often it happened. */
            count: number;
            /** @description What the workspace says about the event. */
            description?: string | null;
        };
        CreateEventSummariesRequest: {
            /**
             * @description The contact's id in your own system.
             * @example 314159
             */
            user_id: string;
            /** @description One event, although the name is a plural. */
            event_summaries: {
                /** @description The event's name. */
                event_name: string;
                /** @description How often it happened. */
                count: number;
                first: components["schemas"]["UnixSeconds"];
                last: components["schemas"]["UnixSeconds"];
            };
        };
        ErrorList: {
            /** @constant */
            type: "error.list";
            /** @description Names the request; a few errors leave it out. */
            request_id?: string | null;
            errors: components["schemas"]["Error"][];
        };
        Error: {
            /**
             * @description What kind of error, as a word; further codes may be added.
             * @example not_found
             */
            code: string;
            /** @description What is wrong, for people. */
            message: string;
            /** @description The field concerned (older versions). */
            field?: string | null;
            /** @description Details (newer versions), for instance `required_permissions`. */
            data?: {
                [key: string]: unknown;
            } | null;
        };
    };
    responses: {
        /** @description The request is wrong and will be wrong again. */
        BadRequest: {
            headers: {
                "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The access token is missing, wrong or revoked. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /**
         * @description The access token may not do this. The edge in front of the API refuses with an HTML page
         *     and no rate-limit headers.
         */
        Forbidden: {
            headers: {
                "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
                "text/html": string;
            };
        };
        /** @description There is no such contact; it may just have been created. */
        NotFound: {
            headers: {
                "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The `Accept` header does not allow JSON. */
        NotAcceptable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The server gave up waiting. No body has been seen. */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description Several contacts have this e-mail address. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The body is not sent as `application/json`. No body has been seen. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The event is understood and cannot be stored. */
        UnprocessableEntity: {
            headers: {
                "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The allowance of the current window is used up. */
        TooManyRequests: {
            headers: {
                "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /**
         * @description Something failed at Intercom. It may say what. Sending the same body again is safe,
         *     because a duplicate is ignored.
         */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The proxy in front of the API got no proper answer. */
        BadGateway: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/html": string;
            };
        };
        /** @description The API is temporarily unavailable. */
        ServiceUnavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorList"];
            };
        };
        /** @description The proxy in front of the API waited in vain. */
        GatewayTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/html": string;
            };
        };
    };
    parameters: {
        /**
         * @description API version; without it the version set on the app is used. `Preview` is case-sensitive.
         * @example 2.14
         */
        IntercomVersion: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description Requests allowed in the current window of 10 seconds: a sixth of the allowance per
         *     minute, rounded. Only replies to a valid token have it.
         * @example 1667
         */
        "X-RateLimit-Limit": number;
        /**
         * @description Requests left in the current window.
         * @example 1666
         */
        "X-RateLimit-Remaining": number;
        /**
         * @description When the current window ends, in Unix seconds of the server's clock.
         * @example 1487332520
         */
        "X-RateLimit-Reset": number;
        /**
         * @description Names the request towards Intercom's support; equals `request_id` of an error.
         * @example 004h01uqo3s6ait1fi20
         */
        "X-Request-Id": string;
        /**
         * @description Not documented by Intercom and honoured when present: seconds, or an HTTP date.
         * @example 4
         */
        "Retry-After": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listEvents: {
        parameters: {
            query: {
                /**
                 * @description The only value is `user`, for leads too.
                 * @example user
                 */
                type: "user";
                /**
                 * @description The contact's id in your own system.
                 * @example 314159
                 */
                user_id?: string;
                /**
                 * @description The contact's e-mail address.
                 * @example frodo.baggins@example.com
                 */
                email?: string;
                /**
                 * @description Intercom's own id of the contact.
                 * @example 63a0979a5eeebeaf28dd56ba
                 */
                intercom_user_id?: string;
                /**
                 * @description Answer a summary in place of the list.
                 * @example true
                 */
                summary?: boolean;
                /**
                 * @description Events on a page. Intercom's documents disagree on the default (15 or 50), so send it.
                 * @example 50
                 */
                per_page?: number;
                /**
                 * @description Only events before this time, in Unix **milliseconds**. Found in `pages.next`.
                 * @example 1389913941064
                 */
                before?: number;
                /**
                 * @description Only events from this time on, in Unix **milliseconds**. Found in `pages.since`.
                 * @example 1389913941065
                 */
                since?: number;
            };
            header?: {
                /**
                 * @description API version; without it the version set on the app is used. `Preview` is case-sensitive.
                 * @example 2.14
                 */
                "Intercom-Version"?: components["parameters"]["IntercomVersion"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events, or the summary. */
            200: {
                headers: {
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"] | components["schemas"]["EventSummaryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["ServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createEvent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description API version; without it the version set on the app is used. `Preview` is case-sensitive.
                 * @example 2.14
                 */
                "Intercom-Version"?: components["parameters"]["IntercomVersion"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEventRequest"];
            };
        };
        responses: {
            /** @description Accepted. The body is empty (a single space has been seen) and carries no event id. */
            202: {
                headers: {
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["ServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createEventSummary: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description API version; without it the version set on the app is used. `Preview` is case-sensitive.
                 * @example 2.14
                 */
                "Intercom-Version"?: components["parameters"]["IntercomVersion"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEventSummariesRequest"];
            };
        };
        responses: {
            /** @description Done. There is no body. */
            200: {
                headers: {
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            408: components["responses"]["RequestTimeout"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["ServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
}
