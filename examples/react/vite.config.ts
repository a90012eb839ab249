import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { relayPlugin } from "./relay-plugin.ts";

const server = { host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) };

export default defineConfig({ plugins: [react(), relayPlugin()], server, preview: server });
