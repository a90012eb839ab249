import { test } from "vitest";
import { HOW_TO_GET_WEBKIT } from "./webkit.ts";

test.skip(`in WebKit: ${HOW_TO_GET_WEBKIT}`);
