import { z } from "zod";

/** Where a service stands: scheme, host and port, without a path. */
export const address = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: "is no origin; write one like https://erp.example.com, without a path",
});
