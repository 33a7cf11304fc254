import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./src/learning/schema.ts", out: "./drizzle/learning" });
