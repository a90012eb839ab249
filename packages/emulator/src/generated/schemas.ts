// Generated from spec/openapi.yaml by generate.ts. Do not edit; run `pnpm generate`.

export const schemas = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "intercom-events",
  "$defs": {
    "UnixSeconds": {
      "type": "integer",
      "minimum": 0,
      "exclusiveMaximum": 100000000000,
      "description": "Seconds since 1970-01-01T00:00:00Z. A number of 12 digits or more is a time in milliseconds.",
      "examples": [
        1671028894
      ]
    },
    "ContactUserId": {
      "type": "object",
      "required": [
        "user_id"
      ],
      "properties": {
        "user_id": {
          "type": "string",
          "minLength": 1,
          "description": "The contact's id in your own system (Intercom's `external_id`).",
          "examples": [
            "314159"
          ]
        }
      }
    },
    "ContactEmail": {
      "type": "object",
      "required": [
        "email"
      ],
      "properties": {
        "email": {
          "type": "string",
          "minLength": 1,
          "description": "The contact's e-mail address.",
          "examples": [
            "frodo.baggins@example.com"
          ]
        }
      }
    },
    "ContactId": {
      "type": "object",
      "required": [
        "id"
      ],
      "properties": {
        "id": {
          "type": "string",
          "minLength": 1,
          "description": "Intercom's own id of the contact; the only way to name a lead.",
          "examples": [
            "63a0979a5eeebeaf28dd56ba"
          ]
        }
      }
    },
    "CreateEventRequest": {
      "description": "At least one of `id`, `user_id` and `email`. Which one counts when several are sent is\nnot documented; `id`, then `user_id`, then `email` is assumed.\n",
      "allOf": [
        {
          "type": "object",
          "required": [
            "event_name",
            "created_at"
          ],
          "properties": {
            "event_name": {
              "type": "string",
              "minLength": 1,
              "description": "What happened, best as a verb in the past tense and a noun. Case is ignored; `.`\nand `$` become `-`. A workspace may have 120 active names.\n",
              "examples": [
                "invited-friend"
              ]
            },
            "created_at": {
              "$ref": "#/$defs/UnixSeconds"
            },
            "metadata": {
              "$ref": "#/$defs/Metadata"
            }
          }
        },
        {
          "anyOf": [
            {
              "$ref": "#/$defs/ContactUserId"
            },
            {
              "$ref": "#/$defs/ContactEmail"
            },
            {
              "$ref": "#/$defs/ContactId"
            }
          ]
        }
      ]
    },
    "Metadata": {
      "type": "object",
      "description": "Up to 10 keys are tracked, in the order sent, and the others ignored (a help article says\n20). Keys are case-insensitive and hold no `.`, `$`, quote or most other punctuation. A key\nthat ends in `_date` with a number is shown as a date.\n",
      "additionalProperties": {
        "$ref": "#/$defs/MetadataValue"
      }
    },
    "MetadataValue": {
      "description": "A string (a web address is shown as a link), a number, a boolean, a rich link or a\nmonetary amount. Nothing is nested deeper, and there are no lists.\n",
      "oneOf": [
        {
          "type": "string"
        },
        {
          "type": "number"
        },
        {
          "type": "boolean"
        },
        {
          "$ref": "#/$defs/RichLink"
        },
        {
          "$ref": "#/$defs/MonetaryAmount"
        }
      ]
    },
    "RichLink": {
      "type": "object",
      "description": "A link with a text of its own.",
      "required": [
        "url",
        "value"
      ],
      "additionalProperties": false,
      "properties": {
        "url": {
          "type": "string",
          "description": "Where the link leads.",
          "examples": [
            "https://example.org/orders/3434-3434"
          ]
        },
        "value": {
          "type": "string",
          "description": "The text that is shown.",
          "examples": [
            "3434-3434"
          ]
        }
      }
    },
    "MonetaryAmount": {
      "type": "object",
      "description": "An amount of money.",
      "required": [
        "amount",
        "currency"
      ],
      "additionalProperties": false,
      "properties": {
        "amount": {
          "type": "integer",
          "description": "In the currency's minor unit, for instance cents. Documented as positive.",
          "examples": [
            34999
          ]
        },
        "currency": {
          "type": "string",
          "pattern": "^[a-z]{3}$",
          "description": "ISO 4217 code in lower case.",
          "examples": [
            "eur"
          ]
        }
      }
    },
    "Event": {
      "type": "object",
      "required": [
        "type",
        "id",
        "event_name",
        "created_at"
      ],
      "properties": {
        "type": {
          "type": "string",
          "const": "event"
        },
        "id": {
          "type": "string",
          "description": "The event's own id."
        },
        "event_name": {
          "type": "string",
          "description": "The name it was submitted under."
        },
        "created_at": {
          "$ref": "#/$defs/UnixSeconds"
        },
        "user_id": {
          "type": [
            "string",
            "null"
          ],
          "description": "The contact's id in your own system."
        },
        "email": {
          "type": [
            "string",
            "null"
          ],
          "description": "The contact's e-mail address."
        },
        "intercom_user_id": {
          "type": [
            "string",
            "null"
          ],
          "description": "Intercom's own id of the contact."
        },
        "metadata": {
          "$ref": "#/$defs/Metadata"
        }
      }
    },
    "EventList": {
      "type": "object",
      "required": [
        "type",
        "events"
      ],
      "properties": {
        "type": {
          "type": "string",
          "const": "event.list"
        },
        "events": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Event"
          }
        },
        "pages": {
          "$ref": "#/$defs/EventPages"
        }
      }
    },
    "EventPages": {
      "type": "object",
      "properties": {
        "next": {
          "type": "string",
          "format": "uri",
          "description": "The next page, with older events; absent on the last one."
        },
        "since": {
          "type": "string",
          "format": "uri",
          "description": "Where to ask later for newer events."
        }
      }
    },
    "EventSummaryList": {
      "type": "object",
      "required": [
        "type",
        "events"
      ],
      "properties": {
        "type": {
          "type": "string",
          "const": "event.summary"
        },
        "user_id": {
          "type": [
            "string",
            "null"
          ],
          "description": "The contact's id in your own system."
        },
        "email": {
          "type": [
            "string",
            "null"
          ],
          "description": "The contact's e-mail address."
        },
        "intercom_user_id": {
          "type": [
            "string",
            "null"
          ],
          "description": "Intercom's own id of the contact."
        },
        "events": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/EventSummary"
          }
        }
      }
    },
    "EventSummary": {
      "type": "object",
      "required": [
        "name",
        "first",
        "last",
        "count"
      ],
      "properties": {
        "name": {
          "type": "string",
          "description": "The event's name."
        },
        "first": {
          "type": "string",
          "format": "date-time",
          "description": "When it first happened."
        },
        "last": {
          "type": "string",
          "format": "date-time",
          "description": "When it last happened."
        },
        "count": {
          "type": "integer",
          "minimum": 0,
          "description": "How often it happened."
        },
        "description": {
          "type": [
            "string",
            "null"
          ],
          "description": "What the workspace says about the event."
        }
      }
    },
    "CreateEventSummariesRequest": {
      "type": "object",
      "required": [
        "user_id",
        "event_summaries"
      ],
      "properties": {
        "user_id": {
          "type": "string",
          "minLength": 1,
          "description": "The contact's id in your own system.",
          "examples": [
            "314159"
          ]
        },
        "event_summaries": {
          "type": "object",
          "description": "One event, although the name is a plural.",
          "required": [
            "event_name",
            "count",
            "first",
            "last"
          ],
          "properties": {
            "event_name": {
              "type": "string",
              "minLength": 1,
              "description": "The event's name."
            },
            "count": {
              "type": "integer",
              "minimum": 0,
              "description": "How often it happened."
            },
            "first": {
              "$ref": "#/$defs/UnixSeconds"
            },
            "last": {
              "$ref": "#/$defs/UnixSeconds"
            }
          }
        }
      }
    },
    "ErrorList": {
      "type": "object",
      "required": [
        "type",
        "errors"
      ],
      "properties": {
        "type": {
          "type": "string",
          "const": "error.list"
        },
        "request_id": {
          "type": [
            "string",
            "null"
          ],
          "description": "Names the request; a few errors leave it out."
        },
        "errors": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Error"
          }
        }
      }
    },
    "Error": {
      "type": "object",
      "required": [
        "code",
        "message"
      ],
      "properties": {
        "code": {
          "type": "string",
          "description": "What kind of error, as a word; further codes may be added.",
          "examples": [
            "not_found"
          ]
        },
        "message": {
          "type": "string",
          "description": "What is wrong, for people."
        },
        "field": {
          "type": [
            "string",
            "null"
          ],
          "description": "The field concerned (older versions)."
        },
        "data": {
          "type": [
            "object",
            "null"
          ],
          "description": "Details (newer versions), for instance `required_permissions`.",
          "additionalProperties": true
        }
      }
    }
  }
};
