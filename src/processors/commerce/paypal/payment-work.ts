import type { Api } from "../../../connectors/api.ts";
import type { RunContext } from "../../contract.ts";

/** What looking at payments counts. */
export const paymentCounts = ["checked", "paid", "failedPayments", "refunded", "expired"] as const;
export type PaymentCount = (typeof paymentCounts)[number];

/** What looking at payments works with. */
export interface PaymentWork {
  readonly context: Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run">;
  readonly api: Api;
  /** Whether covered components count as done. */
  readonly coverage: boolean;
  /** Hours after which an unpaid order is given up. */
  readonly expireHours: number;
}
